// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a rule set loses and keeps against another, in words. */
final class ComparisonReport {
    private final int pageShift;
    private final List<Row> rows = new ArrayList<>();

    private record Row(String label, long pages, Object firstPfn) {}

    private ComparisonReport(int pageShift) {
        this.pageShift = pageShift;
    }

    /**
     * The report as lines.
     *
     * @param pageShift log2 of the page size in bytes
     */
    static List<String> lines(Comparison comparison, int pageShift) {
        String base = comparison.base().name();
        String other = comparison.other().name();
        ComparisonReport report = new ComparisonReport(pageShift);
        report.rows.add(new Row("kept by " + base, comparison.keptByBase(), ""));
        report.rows.add(new Row("kept by " + other, comparison.keptByOther(), ""));
        report.changes("NEWLY LOST: kept by " + base + " alone", comparison.newlyLost());
        report.changes("newly kept: kept by " + other + " alone", comparison.newlyKept());
        return report.lines();
    }

    private void changes(String label, Map<String, Comparison.Change> changes) {
        rows.add(new Row(
                label,
                changes.values().stream().mapToLong(Comparison.Change::pages).sum(),
                ""));
        changes.forEach((reason, change) -> rows.add(new Row("  " + reason, change.pages(), change.firstPfn())));
    }

    private List<String> lines() {
        int width = rows.stream().mapToInt(row -> row.label().length()).max().orElse(0);
        Table table = new Table()
                .text("", width)
                .number("PAGES", 12)
                .number("SIZE", 10)
                .text("FIRST PAGE FRAME", 0);
        List<String> lines = new ArrayList<>();
        lines.add(table.header());
        for (Row row : rows) {
            lines.add(table.row(row.label(), row.pages(), Sizes.binary(row.pages() << pageShift), row.firstPfn()));
        }
        return lines;
    }
}
