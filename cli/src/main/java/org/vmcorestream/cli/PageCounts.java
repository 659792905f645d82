// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.ReasonCount;

/**
 * Page frames of a dump by reason, under one rule set.
 *
 * @param total page frames below the end of memory
 * @param byReason page frames by reason, holes and kept pages among them
 * @param zero kept pages that hold only zeros; 0 where the rule set does not count them
 */
record PageCounts(long total, Map<String, Long> byReason, long zero) {
    private static final String HOLE = RuleSet.COMMON_REASONS.get(RuleSet.HOLE);
    private static final String NO_DATA = RuleSet.COMMON_REASONS.get(RuleSet.NO_DATA);

    /** Keeps a copy of the counts. */
    PageCounts {
        byReason = new LinkedHashMap<>(byReason);
    }

    /**
     * Counts as records have them. Page frames that no record speaks of belong to chunks without any memory, which do not
     * travel: they are holes.
     */
    static PageCounts of(long total, List<ReasonCount> counts, long zero) {
        Map<String, Long> byReason = new LinkedHashMap<>();
        long spokenOf = 0;
        for (ReasonCount count : counts) {
            byReason.merge(count.getReason(), count.getPages(), Long::sum);
            spokenOf += count.getPages();
        }
        byReason.merge(HOLE, Math.max(0, total - spokenOf), Long::sum);
        return new PageCounts(total, byReason, zero);
    }

    /** Page frames of a reason. */
    long of(String reason) {
        return byReason.getOrDefault(reason, 0L);
    }

    /** Page frames without memory. */
    long hole() {
        return of(HOLE);
    }

    /** Memory that the vmcore holds no bytes of. */
    long noData() {
        return of(NO_DATA);
    }

    /** Page frames with memory. */
    long original() {
        return total - hole();
    }

    /** Free pages as makedumpfile counts them: unaccepted memory among them. */
    long free() {
        return of(BuiltInRuleSets.REASON_FREE) + of(BuiltInRuleSets.REASON_UNACCEPTED);
    }

    /** Pages left out, zero pages counted in as makedumpfile does. */
    long excluded() {
        long pages = zero;
        for (Map.Entry<String, Long> reason : byReason.entrySet()) {
            if (!RuleSet.COMMON_REASONS.contains(reason.getKey())) {
                pages += reason.getValue();
            }
        }
        return pages;
    }

    /** Pages that are in the dump with contents of their own. */
    long remaining() {
        return original() - noData() - excluded();
    }
}
