// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.Map;
import java.util.stream.Collectors;
import org.vmcorestream.archive.Decision;
import org.vmcorestream.archive.ForecastRow;
import org.vmcorestream.archive.PagesByReason;
import org.vmcorestream.rules.RuleSet;

/** Prints what a replay would come to. */
final class ForecastReport {
    private static final Table DUMPS = new Table()
            .text("DUMP", 36)
            .text("FILE WOULD BE", 13)
            .number("KEPT", 12)
            .number("NOT CAPTURED", 12)
            .number("EXPIRED", 12)
            .number("CONTENTS", 10);

    private final Console console;
    private final boolean json;
    private final PagesByReason notCaptured = new PagesByReason();
    private boolean begun;
    private long decided;
    private long undecided;
    private long complete;
    private long bytes;
    private long expired;

    ForecastReport(Console console, boolean json) {
        this.console = console;
        this.json = json;
    }

    /** Prints a dump. */
    void row(ForecastRow row) {
        if (!row.decided()) {
            undecided++;
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
        Decision decision = row.decision();
        decided++;
        complete += row.complete() ? 1 : 0;
        bytes += decision.available() << row.dump().pageShift();
        expired += decision.expired();
        notCaptured.add(decision.notCaptured());
        if (json) {
            console.print(json(row).line());
            return;
        }
        if (!begun) {
            console.print(DUMPS.header());
            begun = true;
        }
        console.print(DUMPS.row(
                row.dump().id(),
                row.complete() ? "complete" : "incomplete",
                decision.kept(),
                decision.notCaptured().total(),
                decision.expired(),
                Sizes.binary(decision.available() << row.dump().pageShift())));
        if (decision.notCaptured().total() > 0) {
            console.print("  never captured: " + reasons(decision.notCaptured().asMap()));
        }
        if (row.expiredStripes() > 0) {
            console.print("  expired: all contents of " + row.expiredStripes() + " of "
                    + row.dump().stripes() + " stripes");
        }
        if (row.unsentStripes() > 0) {
            console.print("  not sent whole: contents of " + row.unsentStripes() + " of "
                    + row.dump().stripes() + " stripes; more pages may be missing");
        }
    }

    private static String reasons(Map<String, Long> pages) {
        return pages.entrySet().stream()
                .map(reason -> reason.getKey() + " " + reason.getValue())
                .collect(Collectors.joining(", "));
    }

    private static Json json(ForecastRow row) {
        Decision decision = row.decision();
        return new Json()
                .put("dump", row.dump().id())
                .put("ruleSet", decision.ruleSet())
                .put("complete", row.complete())
                .put("pageSize", 1L << row.dump().pageShift())
                .put("pages", decision.pages().asMap())
                .put("notCaptured", decision.notCaptured().asMap())
                .put("expired", decision.expired())
                .put("expiredStripes", row.expiredStripes())
                .put("unsentStripes", row.unsentStripes())
                .put("available", decision.available());
    }

    /** Prints what all dumps come to. */
    void end(RuleSet ruleSet) {
        if (json) {
            console.print(new Json()
                    .put("ruleSet", ruleSet.name())
                    .put(
                            "total",
                            new Json()
                                    .put("dumps", decided)
                                    .put("undecided", undecided)
                                    .put("complete", complete)
                                    .put("contentBytes", bytes)
                                    .put("notCaptured", notCaptured.asMap())
                                    .put("expired", expired))
                    .line());
            return;
        }
        if (decided + undecided == 0) {
            console.log("No dump that was asked for.");
            return;
        }
        console.print("");
        console.print("Nothing was changed. Under " + ruleSet.name() + " " + complete + " of " + (decided + undecided)
                + (decided + undecided == 1 ? " file" : " files") + " would be complete, with "
                + Sizes.binary(bytes) + " of contents before compression"
                + (undecided == 0
                        ? ""
                        : "; " + undecided + (undecided == 1 ? " dump" : " dumps") + " cannot be decided"));
        if (notCaptured.total() > 0) {
            console.print("  never captured: " + reasons(notCaptured.asMap()));
        }
        if (expired > 0) {
            console.print("  expired: " + expired + " pages");
        }
    }
}
