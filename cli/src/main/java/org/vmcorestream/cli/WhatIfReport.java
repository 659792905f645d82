// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.vmcorestream.archive.PagesByReason;
import org.vmcorestream.archive.WhatIfRow;
import org.vmcorestream.archive.WhatIfTotals;
import org.vmcorestream.rules.RuleSet;

/** Prints what a rule set would do with dumps, as it is found out. */
final class WhatIfReport {
    private static final String KEPT = RuleSet.COMMON_REASONS.get(RuleSet.KEPT);

    private static final Table DUMPS = new Table()
            .text("DUMP", 36)
            .text("AGAINST", 12)
            .number("KEPT NOW", 10)
            .number("KEPT THEN", 10)
            .number("NEWLY LOST", 10)
            .number("NEWLY KEPT", 10)
            .number("NOT CAPTURED", 12);

    private static final Table TOTALS = new Table()
            .text("ALL", 24)
            .number("PAGES NOW", 14)
            .number("SIZE NOW", 10)
            .number("PAGES THEN", 14)
            .number("SIZE THEN", 10);

    private final Console console;
    private final boolean json;
    private boolean begun;

    WhatIfReport(Console console, boolean json) {
        this.console = console;
        this.json = json;
    }

    /** Prints a dump. */
    void row(WhatIfRow row) {
        if (!row.decided()) {
            if (json) {
                console.print(new Json()
                        .put("dump", row.dump().id())
                        .put("problem", row.problem())
                        .line());
            } else {
                console.complain("dump " + row.dump().id() + " cannot be decided: " + Printable.line(row.problem()));
            }
            return;
        }
        if (json) {
            console.print(json(row).line());
            return;
        }
        if (!begun) {
            console.print(DUMPS.header());
            begun = true;
        }
        int shift = row.dump().pageShift();
        PagesByReason lost = row.other().newlyLost();
        console.print(DUMPS.row(
                row.dump().id(),
                row.base().ruleSet(),
                Sizes.binary(row.base().kept() << shift),
                Sizes.binary(row.other().kept() << shift),
                Sizes.binary(lost.total() << shift),
                Sizes.binary(row.other().newlyKept().total() << shift),
                Sizes.binary(row.other().notCaptured().total() << shift)));
        if (lost.total() > 0) {
            console.print("  NEWLY LOST: " + pages(lost));
        }
    }

    /** {@code 12 pages (user 10, free 2)}. */
    private static String pages(PagesByReason pages) {
        return pages.total() + " pages ("
                + pages.asMap().entrySet().stream()
                        .map(reason -> reason.getKey() + " " + reason.getValue())
                        .collect(Collectors.joining(", "))
                + ")";
    }

    private static Json json(WhatIfRow row) {
        return new Json()
                .put("dump", row.dump().id())
                .put("against", row.base().ruleSet())
                .put("ruleSet", row.other().ruleSet())
                .put("pageSize", 1L << row.dump().pageShift())
                .put(
                        "pages",
                        new Json()
                                .put("now", row.base().pages().asMap())
                                .put("then", row.other().pages().asMap())
                                .put("newlyLost", row.other().newlyLost().asMap())
                                .put("newlyKept", row.other().newlyKept().asMap())
                                .put("notCaptured", row.other().notCaptured().asMap()));
    }

    /** Prints what all dumps come to. */
    void totals(WhatIfTotals totals, RuleSet other) {
        if (json) {
            console.print(new Json()
                    .put(
                            "total",
                            new Json()
                                    .put("ruleSet", other.name())
                                    .put("dumps", totals.decided())
                                    .put("undecided", totals.undecided())
                                    .put("pages", json(totals.pages()))
                                    .put("bytes", json(totals.bytes())))
                    .line());
            return;
        }
        if (totals.decided() == 0) {
            console.log(totals.undecided() == 0 ? "No dump that was asked for." : "No dump could be decided.");
            return;
        }
        console.print("");
        console.print(totals.decided() + (totals.decided() == 1 ? " dump" : " dumps") + " under " + other.name()
                + (totals.undecided() == 0 ? "" : "; " + totals.undecided() + " more could not be decided"));
        console.print(TOTALS.header());
        WhatIfTotals.Sums pages = totals.pages();
        WhatIfTotals.Sums bytes = totals.bytes();
        total("kept", KEPT, pages, bytes);
        Set<String> reasons = new LinkedHashSet<>(pages.base().asMap().keySet());
        reasons.addAll(pages.other().asMap().keySet());
        reasons.removeAll(RuleSet.COMMON_REASONS);
        reasons.forEach(reason -> total("dropped: " + reason, reason, pages, bytes));
        changes("NEWLY LOST: kept now, not then", pages.newlyLost(), bytes.newlyLost());
        changes("Newly kept: kept then, not now", pages.newlyKept(), bytes.newlyKept());
        changes("Never captured: kept then, and in no file", pages.notCaptured(), bytes.notCaptured());
    }

    private static Json json(WhatIfTotals.Sums sums) {
        return new Json()
                .put("now", sums.base().asMap())
                .put("then", sums.other().asMap())
                .put("newlyLost", sums.newlyLost().asMap())
                .put("newlyKept", sums.newlyKept().asMap())
                .put("notCaptured", sums.notCaptured().asMap());
    }

    private void total(String label, String reason, WhatIfTotals.Sums pages, WhatIfTotals.Sums bytes) {
        console.print(TOTALS.row(
                label,
                pages.base().of(reason),
                Sizes.binary(bytes.base().of(reason)),
                pages.other().of(reason),
                Sizes.binary(bytes.other().of(reason))));
    }

    private void changes(String label, PagesByReason pages, PagesByReason bytes) {
        console.print(label + ": " + pages.total() + " pages, " + Sizes.binary(bytes.total()));
        for (Map.Entry<String, Long> change : pages.asMap().entrySet()) {
            console.print("  " + change.getKey() + ": " + change.getValue() + " pages, "
                    + Sizes.binary(bytes.of(change.getKey())));
        }
    }
}
