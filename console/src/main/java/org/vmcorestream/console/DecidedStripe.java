// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.ReasonCount;

/**
 * What a rule set left out of one stripe: an {@code ExclusionStats} whose values were all checked against their ranges.
 *
 * @param stripe number of the stripe
 * @param stripes stripes of the dump, 0 where the producer did not say
 * @param verdict the same as of a dump of this stripe alone
 */
record DecidedStripe(int stripe, int stripes, DecidedDump verdict) {
    private static final int MAX_PAGE_SHIFT = 16;

    /**
     * Checks a record.
     *
     * @param key key of the record, which has to be that of its contents
     * @throws MalformedRecordException when a value is out of its range
     */
    static DecidedStripe of(ExclusionStats stats, String key) throws MalformedRecordException {
        RecordChecks.dumpId(stats.getDumpId());
        RecordChecks.ruleSet(stats.getRuleSet());
        int stripes = stats.getStripes();
        RecordChecks.expect(stripes >= 0 && stripes <= RecordChecks.MAX_STRIPES, "stripes", stripes, "0 to 2^16");
        int stripe = stats.getStripe();
        int most = stripes == 0 ? RecordChecks.MAX_STRIPES : stripes;
        RecordChecks.expect(stripe >= 0 && stripe < most, "stripe", stripe, "0 to " + (most - 1));
        String expected = new String(Keys.exclusionStats(stats), StandardCharsets.UTF_8);
        RecordChecks.expect(key.equals(expected), "key", key, expected);
        int shift = stats.getPageShift();
        RecordChecks.expect(shift >= 12 && shift <= MAX_PAGE_SHIFT, "pageShift", shift, "12 to 16");
        RecordChecks.time("decidedAt", stats.getDecidedAt());
        DecidedDump verdict = new DecidedDump(
                stats.getDumpId(),
                stats.getRuleSet(),
                stats.getDecidedAt(),
                RecordChecks.name(stats.getKernelRelease()),
                RecordChecks.name(stats.getTenant()),
                RecordChecks.name(stats.getHost()),
                shift,
                counts(stats.getCounts()),
                new PageAnomalies(
                                stats.getMisaligned(),
                                stats.getInvalidOrders(),
                                stats.getUndecided(),
                                stats.getUnknownTypes())
                        .checked(),
                !stats.getReplayId().isEmpty());
        return new DecidedStripe(stripe, stripes, verdict);
    }

    private static Map<String, Long> counts(List<ReasonCount> counts) throws MalformedRecordException {
        RecordChecks.expect(
                counts.size() <= RuleSet.MAX_REASONS,
                "number of reasons",
                counts.size(),
                "at most " + RuleSet.MAX_REASONS);
        Map<String, Long> pages = new LinkedHashMap<>();
        long sum = 0;
        for (ReasonCount count : counts) {
            RecordChecks.reason(count.getReason());
            RecordChecks.pagesOfStripe(count.getReason(), count.getPages());
            sum += count.getPages();
            Long twice = pages.put(count.getReason(), count.getPages());
            RecordChecks.expect(twice == null, "reason", count.getReason(), "each only once");
        }
        RecordChecks.pages("pages in all", sum);
        return Collections.unmodifiableMap(pages);
    }
}
