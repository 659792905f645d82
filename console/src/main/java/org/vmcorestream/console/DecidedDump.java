// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.MalformedRecordException;

/**
 * What a rule set left out of a dump.
 *
 * @param dumpId the dump
 * @param ruleSet the rule set, with its version where it is a published one
 * @param decidedAt when the last stripe was decided, milliseconds since 1970-01-01 UTC
 * @param kernelRelease utsname.release of the crashed kernel
 * @param tenant whose VM it was; may be empty
 * @param host host of the capture
 * @param pageShift log2 of the page size in bytes
 * @param pages pages by reason, in the order of the rule set
 * @param anomalies pages that were odd
 * @param replay whether any of it was decided by a replay
 */
record DecidedDump(
        String dumpId,
        String ruleSet,
        long decidedAt,
        String kernelRelease,
        String tenant,
        String host,
        int pageShift,
        Map<String, Long> pages,
        PageAnomalies anomalies,
        boolean replay) {

    private static final String KEPT = RuleSet.COMMON_REASONS.get(RuleSet.KEPT);
    private static final String HOLE = RuleSet.COMMON_REASONS.get(RuleSet.HOLE);
    private static final String NO_DATA = RuleSet.COMMON_REASONS.get(RuleSet.NO_DATA);

    /** Pages of a reason, 0 where the rule set has no such reason. */
    long pages(String reason) {
        return pages.getOrDefault(reason, 0L);
    }

    /** Pages with memory, whether or not the vmcore holds bytes of them. */
    long memoryPages() {
        return pages.values().stream().mapToLong(Long::longValue).sum() - pages(HOLE);
    }

    /** Bytes of memory that the vmcore holds. */
    long dataBytes() {
        return memoryPages() - pages(NO_DATA) << pageShift;
    }

    /** Pages of a reason / pages with memory, 0 to 1. */
    double share(String reason) {
        long memory = memoryPages();
        return memory == 0 ? 0 : (double) pages(reason) / memory;
    }

    /** Excluded pages / pages with memory, 0 to 1. */
    double ratio() {
        long memory = memoryPages();
        return memory == 0 ? 0 : (double) (memory - pages(KEPT) - pages(NO_DATA)) / memory;
    }

    /** Reasons for which pages were, or could have been, excluded. */
    List<String> exclusions() {
        return pages.keySet().stream()
                .filter(reason -> !RuleSet.COMMON_REASONS.contains(reason))
                .toList();
    }

    /**
     * This as a whole dump, all of whose stripes were added. Unused vmemmap was taken from the kept pages even where it was not
     * among them, as of a dump without all of its data: no more is counted as such than there is to take from.
     */
    DecidedDump whole() {
        long kept = pages(KEPT);
        if (kept >= 0) {
            return this;
        }
        Map<String, Long> settled = new LinkedHashMap<>(pages);
        settled.put(KEPT, 0L);
        settled.computeIfPresent(RuleSet.VMEMMAP, (reason, named) -> Math.max(0, named + kept));
        return new DecidedDump(
                dumpId,
                ruleSet,
                decidedAt,
                kernelRelease,
                tenant,
                host,
                pageShift,
                Collections.unmodifiableMap(settled),
                anomalies,
                replay);
    }

    /**
     * This with another stripe of the same dump and rule set added.
     *
     * @throws MalformedRecordException when the two cannot be of one dump
     */
    DecidedDump plus(DecidedDump other) throws MalformedRecordException {
        RecordChecks.expect(other.pageShift == pageShift, "pageShift", other.pageShift, pageShift + " as before");
        Map<String, Long> sums = new LinkedHashMap<>(pages);
        other.pages.forEach((reason, count) -> sums.merge(reason, count, Long::sum));
        RecordChecks.expect(
                sums.size() <= RuleSet.MAX_REASONS, "number of reasons", sums.size(), "at most " + RuleSet.MAX_REASONS);
        long all = 0;
        for (Map.Entry<String, Long> sum : sums.entrySet()) {
            RecordChecks.pagesOfStripe(sum.getKey(), sum.getValue());
            all += sum.getValue();
        }
        RecordChecks.pages("pages of all stripes", all);
        return new DecidedDump(
                dumpId,
                ruleSet,
                Math.max(decidedAt, other.decidedAt),
                kernelRelease,
                tenant,
                host,
                pageShift,
                Collections.unmodifiableMap(sums),
                anomalies.plus(other.anomalies).checked(),
                replay || other.replay);
    }
}
