// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmcorestream.rules.RuleSet;

/**
 * What becomes of pages when one rule set takes the place of another. Grows page by page; belongs to one thread.
 */
final class Comparison {
    private final RuleSet base;
    private final RuleSet other;
    private final long[][] pages;
    private final long[][] firstPfn;

    /**
     * @param base what was in force
     * @param other what takes its place
     */
    Comparison(RuleSet base, RuleSet other) {
        this.base = base;
        this.other = other;
        pages = new long[base.reasons().size()][other.reasons().size()];
        firstPfn = new long[pages.length][other.reasons().size()];
    }

    /**
     * Pages that lost their place, or got one.
     *
     * @param pages number of pages
     * @param firstPfn the first of them, for a look at it
     */
    record Change(long pages, long firstPfn) {
        private static Change join(Change a, Change b) {
            return new Change(a.pages + b.pages, Math.min(a.firstPfn, b.firstPfn));
        }
    }

    /** Counts consecutive pages, behind all those that were counted before. */
    void add(long pfn, long length, int baseReason, int otherReason) {
        if (pages[baseReason][otherReason] == 0) {
            firstPfn[baseReason][otherReason] = pfn;
        }
        pages[baseReason][otherReason] += length;
    }

    /** What was in force. */
    RuleSet base() {
        return base;
    }

    /** What takes its place. */
    RuleSet other() {
        return other;
    }

    /** Pages that the rule set in force keeps. */
    long keptByBase() {
        long kept = 0;
        for (long count : pages[RuleSet.KEPT]) {
            kept += count;
        }
        return kept;
    }

    /** Pages that the other one keeps. */
    long keptByOther() {
        long kept = 0;
        for (long[] counts : pages) {
            kept += counts[RuleSet.KEPT];
        }
        return kept;
    }

    /** Pages that the rule set in force keeps and the other excludes, by reason of the other. */
    Map<String, Change> newlyLost() {
        Map<String, Change> lost = new LinkedHashMap<>();
        List<String> reasons = other.reasons();
        for (int reason = RuleSet.COMMON_REASONS.size(); reason < reasons.size(); reason++) {
            note(lost, reasons.get(reason), RuleSet.KEPT, reason);
        }
        return lost;
    }

    /** Pages that the rule set in force excludes and the other keeps, by reason of the one in force. */
    Map<String, Change> newlyKept() {
        Map<String, Change> kept = new LinkedHashMap<>();
        List<String> reasons = base.reasons();
        for (int reason = RuleSet.COMMON_REASONS.size(); reason < reasons.size(); reason++) {
            note(kept, reasons.get(reason), reason, RuleSet.KEPT);
        }
        return kept;
    }

    /** Pages by reason of the other rule set, kept ones and holes among them. */
    Map<String, Long> countsOfOther() {
        Map<String, Long> byReason = new LinkedHashMap<>();
        List<String> reasons = other.reasons();
        for (int reason = 0; reason < reasons.size(); reason++) {
            long count = 0;
            for (long[] counts : pages) {
                count += counts[reason];
            }
            byReason.put(reasons.get(reason), count);
        }
        return byReason;
    }

    private void note(Map<String, Change> changes, String name, int baseReason, int otherReason) {
        long count = pages[baseReason][otherReason];
        if (count > 0) {
            changes.merge(name, new Change(count, firstPfn[baseReason][otherReason]), Change::join);
        }
    }
}
