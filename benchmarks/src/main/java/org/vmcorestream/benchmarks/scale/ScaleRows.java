// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.scale;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vmcorestream.benchmarks.report.Results;

/**
 * Rows of results/scale.tsv. Those of the sizes come first, in ascending order; the first row that is no larger than the one before
 * it begins those of the stripes.
 */
record ScaleRows(List<Row> bySize, List<Row> byStripes) {
    private static final String SIZE = "guest GiB";

    /** A row, by the names of its columns. */
    record Row(Map<String, String> cells) {
        String text(String column) {
            String cell = cells.get(column);
            if (cell == null) {
                throw new IllegalArgumentException("no column " + column + ", only " + cells.keySet());
            }
            return cell;
        }

        double number(String column) {
            return Double.parseDouble(text(column));
        }
    }

    static ScaleRows read(Path file) throws IOException {
        Results results = Results.read(file);
        List<Row> bySize = new ArrayList<>();
        List<Row> byStripes = new ArrayList<>();
        double largest = 0;
        for (List<String> cells : results.rows()) {
            Map<String, String> row = new TreeMap<>();
            for (int i = 0; i < cells.size(); i++) {
                row.put(results.columns().get(i), cells.get(i));
            }
            Row next = new Row(row);
            boolean larger = byStripes.isEmpty() && next.number(SIZE) > largest;
            (larger ? bySize : byStripes).add(next);
            largest = Math.max(largest, next.number(SIZE));
        }
        return new ScaleRows(List.copyOf(bySize), List.copyOf(byStripes));
    }
}
