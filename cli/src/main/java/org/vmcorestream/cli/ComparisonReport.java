// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a rule set loses and keeps against another, in words. */
final class ComparisonReport {
    private static final Table TABLE =
            new Table().text("", 34).number("PAGES", 14).number("SIZE", 10).text("FIRST PAGE FRAME", 0);

    private final int pageShift;

    ComparisonReport(int pageShift) {
        this.pageShift = pageShift;
    }

    /** The report as lines. */
    List<String> lines(Comparison comparison) {
        String base = comparison.base().name();
        String other = comparison.other().name();
        List<String> lines = new ArrayList<>();
        lines.add(TABLE.header());
        lines.add(row("kept by " + base, comparison.keptByBase(), ""));
        lines.add(row("kept by " + other, comparison.keptByOther(), ""));
        changes("NEWLY LOST: " + base + " keeps, " + other + " drops", comparison.newlyLost(), lines);
        changes("newly kept: " + base + " drops, " + other + " keeps", comparison.newlyKept(), lines);
        return lines;
    }

    private void changes(String label, Map<String, Comparison.Change> changes, List<String> lines) {
        long pages =
                changes.values().stream().mapToLong(Comparison.Change::pages).sum();
        lines.add(row(label, pages, ""));
        changes.forEach((reason, change) -> lines.add(row("  " + reason, change.pages(), change.firstPfn())));
    }

    private String row(String label, long pages, Object first) {
        return TABLE.row(label, pages, Sizes.binary(pages << pageShift), first);
    }
}
