// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vmcorestream.benchmarks.report.Results;

/** Rows of a results file, by the names of their columns. */
final class ScaleRows {
    private ScaleRows() {}

    /** A row. */
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

    /** All rows of a file; none where there is no such file. */
    static List<Row> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        Results results = Results.read(file);
        List<Row> rows = new ArrayList<>();
        for (List<String> cells : results.rows()) {
            Map<String, String> row = new TreeMap<>();
            for (int i = 0; i < cells.size(); i++) {
                row.put(results.columns().get(i), cells.get(i));
            }
            rows.add(new Row(row));
        }
        return rows;
    }
}
