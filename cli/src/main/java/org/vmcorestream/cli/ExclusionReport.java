// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;

/** What was left out, in the form that users of makedumpfile know. */
final class ExclusionReport {
    private static final Set<String> OWN_LINE = Set.of(
            BuiltInRuleSets.REASON_CACHE,
            BuiltInRuleSets.REASON_CACHE_PRIVATE,
            BuiltInRuleSets.REASON_USER,
            BuiltInRuleSets.REASON_FREE,
            BuiltInRuleSets.REASON_UNACCEPTED,
            BuiltInRuleSets.REASON_HWPOISON,
            BuiltInRuleSets.REASON_OFFLINE,
            RuleSet.VMEMMAP);

    private ExclusionReport() {}

    /** The report as lines. */
    static List<String> lines(PageCounts counts) {
        return lines(counts, true);
    }

    /**
     * The report as lines.
     *
     * @param zeros whether pages of zeros were looked for, if the rule set counts them; their line is left out otherwise
     */
    static List<String> lines(PageCounts counts, boolean zeros) {
        List<String> lines = new ArrayList<>();
        lines.add(line("Original pages", 16, counts.original()));
        lines.add(line("  Excluded pages", 19, counts.excluded()));
        if (zeros) {
            lines.add(reason("Pages filled with zero", counts.zero()));
        }
        lines.add(reason("Non-private cache pages", counts.of(BuiltInRuleSets.REASON_CACHE)));
        lines.add(reason("Private cache pages", counts.of(BuiltInRuleSets.REASON_CACHE_PRIVATE)));
        lines.add(reason("User process data pages", counts.of(BuiltInRuleSets.REASON_USER)));
        lines.add(reason("Free pages", counts.free()));
        lines.add(reason("  of these unaccepted", counts.of(BuiltInRuleSets.REASON_UNACCEPTED)));
        lines.add(reason("Hwpoison pages", counts.of(BuiltInRuleSets.REASON_HWPOISON)));
        lines.add(reason("Offline pages", counts.of(BuiltInRuleSets.REASON_OFFLINE)));
        if (counts.byReason().containsKey(RuleSet.VMEMMAP)) {
            lines.add(reason("Unused vmemmap pages", counts.of(RuleSet.VMEMMAP)));
        }
        for (Map.Entry<String, Long> other : counts.byReason().entrySet()) {
            if (!OWN_LINE.contains(other.getKey()) && !RuleSet.COMMON_REASONS.contains(other.getKey())) {
                lines.add(reason(other.getKey(), other.getValue()));
            }
        }
        lines.add(line("  Remaining pages", 19, counts.remaining()));
        if (counts.original() > 0) {
            lines.add("  (The number of pages is reduced to " + counts.remaining() * 100 / counts.original() + "%.)");
        }
        if (counts.noData() > 0) {
            lines.add(line("No data in file", 16, counts.noData()));
        }
        lines.add(line("Memory Hole", 16, counts.hole()));
        lines.add("-".repeat(50));
        lines.add(line("Total pages", 16, counts.total()));
        return lines;
    }

    private static String reason(String label, long pages) {
        return line("    " + label, 28, pages);
    }

    private static String line(String label, int width, long pages) {
        return String.format(Locale.ROOT, "%-" + width + "s: 0x%016x", label, pages);
    }
}
