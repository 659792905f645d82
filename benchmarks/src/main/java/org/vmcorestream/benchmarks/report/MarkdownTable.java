// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A results file as a table in Markdown, with the command that made it, the machine and the day below it. */
final class MarkdownTable {
    private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9]+(\\.[0-9]+)?");
    private static final Pattern LONG_NUMBER = Pattern.compile("[0-9]{5,}");
    private static final String NOTHING = "–";

    private MarkdownTable() {}

    /**
     * Renders what a place wants of a results file; lines without an end of line behind the last.
     *
     * @throws ReportException when the place names a column that is not there, or no row has the values it wants
     */
    static String of(Results results, Place place) throws ReportException {
        List<Integer> shown = new ArrayList<>();
        for (String column : place.shown(results)) {
            shown.add(results.column(column));
        }
        List<List<String>> rows = rows(results, place);
        StringBuilder text = new StringBuilder();
        StringBuilder rule = new StringBuilder();
        for (int column : shown) {
            text.append("| ").append(escape(results.columns().get(column))).append(' ');
            rule.append(isNumeric(rows, column) ? "|---:" : "|---");
        }
        text.append("|\n").append(rule).append("|\n");
        for (List<String> row : rows) {
            for (int column : shown) {
                text.append("| ").append(readable(row.get(column))).append(' ');
            }
            text.append("|\n");
        }
        return text.append('\n').append(origin(results)).toString();
    }

    private static List<List<String>> rows(Results results, Place place) throws ReportException {
        List<List<String>> rows = new ArrayList<>(results.rows());
        for (Map.Entry<String, String> wanted : place.where().entrySet()) {
            int column = results.column(wanted.getKey());
            rows.removeIf(row -> !row.get(column).equals(wanted.getValue()));
        }
        if (rows.isEmpty()) {
            throw new ReportException(results.name() + ".tsv: has no row with " + place.where());
        }
        return rows;
    }

    private static String origin(Results results) {
        Map<String, String> facts = results.facts();
        StringBuilder text = new StringBuilder("`")
                .append(facts.getOrDefault("command", results.name() + ".tsv").replace('`', '\''));
        text.append('`');
        if (facts.containsKey("machine")) {
            text.append(" on ").append(facts.get("machine"));
        }
        if (facts.containsKey("date")) {
            text.append("; ").append(facts.get("date"));
        }
        if (facts.containsKey("commit")) {
            text.append(", commit ").append(facts.get("commit"));
        }
        text.append('.');
        for (String note : results.notes()) {
            text.append("\n- ").append(note);
        }
        return text.toString();
    }

    private static boolean isNumeric(List<List<String>> rows, int column) {
        return rows.stream()
                .map(row -> row.get(column))
                .allMatch(cell -> cell.isEmpty()
                        || cell.equals("-")
                        || NUMBER.matcher(cell).matches());
    }

    private static String readable(String cell) {
        if (cell.isEmpty() || cell.equals("-")) {
            return NOTHING;
        }
        return LONG_NUMBER.matcher(cell).matches() ? grouped(cell) : escape(cell);
    }

    private static String grouped(String digits) {
        return digits.replaceAll("(?<=[0-9])(?=([0-9]{3})+$)", ",");
    }

    private static String escape(String cell) {
        return cell.replace("|", "\\|");
    }
}
