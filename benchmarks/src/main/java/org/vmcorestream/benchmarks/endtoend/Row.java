// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** One row of a results file, column by column. The first row of a file writes the names of the columns above itself. */
final class Row {
    private final Map<String, String> cells = new LinkedHashMap<>();

    Row cell(String column, Object value) {
        cells.put(column, value.toString());
        return this;
    }

    Row cell(String column, double value, int decimals) {
        return cell(column, Series.decimals(value, decimals));
    }

    /** Puts the row behind those of a file. */
    void appendTo(Path file) throws IOException {
        StringBuilder text = new StringBuilder();
        if (!Files.exists(file) || Files.size(file) == 0) {
            text.append(String.join("\t", cells.keySet())).append('\n');
        }
        text.append(String.join("\t", cells.values())).append('\n');
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
