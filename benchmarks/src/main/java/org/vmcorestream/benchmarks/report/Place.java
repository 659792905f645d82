// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a document wants to have in a marked place.
 *
 * <pre>
 *  &lt;!-- results: NAME --&gt;
 *  &lt;!-- results: NAME; where COLUMN = VALUE; columns COLUMN, COLUMN ... --&gt;
 * </pre>
 *
 * @param name name of the results file
 * @param where values that a row must have to be in the table; there can be several
 * @param columns columns to show, in this order; empty for all but those that {@code where} names
 */
record Place(String name, Map<String, String> where, List<String> columns) {
    /**
     * Reads what stands between {@code results:} and the end of the comment.
     *
     * @throws ReportException when it makes no sense
     */
    static Place parse(String text) throws ReportException {
        String[] parts = text.split(";");
        String name = parts[0].strip();
        if (!name.matches("[A-Za-z0-9._-]+")) {
            throw new ReportException("results: " + name + ": expected the name of a results file");
        }
        Map<String, String> where = new LinkedHashMap<>();
        List<String> columns = new ArrayList<>();
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            String clause = part.strip();
            int equals = clause.indexOf('=');
            if (clause.startsWith("where ") && equals > 0) {
                where.put(
                        clause.substring("where ".length(), equals).strip(),
                        clause.substring(equals + 1).strip());
            } else if (clause.startsWith("columns ")) {
                for (String column : clause.substring("columns ".length()).split(",")) {
                    columns.add(column.strip());
                }
            } else {
                throw new ReportException("results: " + name + ": '" + clause
                        + "', expected where COLUMN = VALUE or columns COLUMN, ...");
            }
        }
        return new Place(name, where, columns);
    }

    /** Columns of a results file that are shown. */
    List<String> shown(Results results) {
        if (!columns.isEmpty()) {
            return columns;
        }
        return results.columns().stream()
                .filter(column -> !where.containsKey(column))
                .toList();
    }
}
