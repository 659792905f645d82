// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.report;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One results file of a benchmark:
 *
 * <pre>
 *  # command: benchmarks/compare ...      how to make it again
 *  # machine: ...                         also date, commit; note, any number of times
 *  COLUMN &lt;TAB&gt; COLUMN ...
 *  VALUE  &lt;TAB&gt; VALUE ...
 * </pre>
 *
 * The colon behind the word can be left out.
 *
 * @param name name of the file without its ending
 * @param facts command, machine, date and commit, those that are there
 * @param notes what has to be said of the table
 * @param columns names of the columns
 * @param rows a value for each column
 */
public record Results(
        String name, Map<String, String> facts, List<String> notes, List<String> columns, List<List<String>> rows) {
    private static final long MAX_BYTES = 4 << 20;
    private static final List<String> FACTS = List.of("command", "machine", "date", "commit");
    private static final String NOTE = "note";

    /**
     * Reads a file.
     *
     * @throws ReportException when it is larger than 4 MiB, no UTF-8, has no columns, or a row has another number of values
     * @throws IOException when it cannot be read
     */
    public static Results read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new ReportException(
                    file.getFileName() + ": " + Files.size(file) + " bytes, expected at most " + MAX_BYTES);
        }
        try {
            return of(file.getFileName().toString().replaceFirst("\\.tsv$", ""), Files.readAllLines(file));
        } catch (MalformedInputException e) {
            throw new ReportException(file.getFileName() + ": is not UTF-8");
        }
    }

    private static Results of(String name, List<String> lines) throws ReportException {
        Map<String, String> facts = new LinkedHashMap<>();
        List<String> notes = new ArrayList<>();
        List<String> columns = List.of();
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("#")) {
                take(line, facts, notes);
            } else if (!line.isBlank()) {
                List<String> cells =
                        Arrays.stream(line.split("\t", -1)).map(String::strip).toList();
                if (columns.isEmpty()) {
                    columns = cells;
                } else if (cells.size() != columns.size()) {
                    throw new ReportException(name + ".tsv: line " + (i + 1) + " has " + cells.size()
                            + " values, expected " + columns.size());
                } else {
                    rows.add(cells);
                }
            }
        }
        if (columns.isEmpty()) {
            throw new ReportException(name + ".tsv: has no columns, expected a line of their names");
        }
        return new Results(name, facts, notes, columns, rows);
    }

    /** A comment that begins with none of the words is for those who read the file, and stays there. */
    private static void take(String line, Map<String, String> facts, List<String> notes) {
        String[] words = line.substring(1).strip().split("[:\\s]\\s*", 2);
        if (words.length < 2) {
            return;
        }
        if (words[0].equals(NOTE)) {
            notes.add(words[1]);
        } else if (FACTS.contains(words[0])) {
            facts.put(words[0], words[1]);
        }
    }

    /**
     * Position of a column.
     *
     * @throws ReportException when there is no such column
     */
    int column(String column) throws ReportException {
        int at = columns.indexOf(column);
        if (at < 0) {
            throw new ReportException(name + ".tsv: has no column '" + column + "', expected one of " + columns);
        }
        return at;
    }
}
