// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Rule;
import org.vmcorestream.rules.RuleSet;

/**
 * The built-in rule sets as text. The engine does not read it: the built-in rules are code, and tests hold that both give
 * the same verdicts.
 */
final class BuiltInTexts {
    private static final Map<String, String> CONDITIONS = Map.of(
            "tail",
            "page.tail",
            BuiltInRuleSets.REASON_FREE,
            "page._mapcount == PAGE_BUDDY_MAPCOUNT_VALUE && !slab",
            BuiltInRuleSets.REASON_UNACCEPTED,
            "page._mapcount == PAGE_UNACCEPTED_MAPCOUNT_VALUE",
            BuiltInRuleSets.REASON_CACHE,
            "cache && !PG_private && !anon",
            BuiltInRuleSets.REASON_CACHE_PRIVATE,
            "cache && PG_private && !anon",
            BuiltInRuleSets.REASON_USER,
            "page.hugetlb || anon",
            BuiltInRuleSets.REASON_HWPOISON,
            "PG_hwpoison",
            BuiltInRuleSets.REASON_OFFLINE,
            "page._mapcount == PAGE_OFFLINE_MAPCOUNT_VALUE && !slab");

    /** Levels 0 and 1 look at pages only of kernels that can have poisoned ones. */
    private static final String LOOKS = "exports.PG_hwpoison && ";

    private BuiltInTexts() {}

    /** The text of a built-in rule set. */
    static String of(RuleSet ruleSet) {
        Set<String> reasons = ruleSet.rules().stream().map(Rule::reason).collect(Collectors.toSet());
        boolean asksForCache = reasons.contains(BuiltInRuleSets.REASON_CACHE);
        boolean looksAtAnyKernel = asksForCache
                || reasons.contains(BuiltInRuleSets.REASON_USER)
                || reasons.contains(BuiltInRuleSets.REASON_FREE);
        boolean asksForAnon = asksForCache || reasons.contains(BuiltInRuleSets.REASON_USER);
        StringBuilder text = new StringBuilder();
        text.append("# Built in. To publish a variant, give it a name of its own.\n");
        text.append("name: ").append(ruleSet.name()).append('\n');
        text.append("description: ").append(description(ruleSet)).append('\n');
        text.append("counts-zero: ").append(ruleSet.countsZero()).append('\n');
        text.append("drops-unused-vmemmap: ")
                .append(ruleSet.dropsUnusedVmemmap())
                .append('\n');
        text.append("define:\n");
        define(
                text,
                "a page type from Linux 6.10 on, a flag before",
                "slab",
                "exports.PAGE_SLAB_MAPCOUNT_VALUE ? page._mapcount == PAGE_SLAB_MAPCOUNT_VALUE : PG_slab");
        if (asksForAnon) {
            define(text, "bit 0 of the mapping says so", "anon", "math.bitAnd(page.mapping, 1) == 1 && !slab");
        }
        if (asksForCache) {
            define(
                    text,
                    "on an LRU list, or in the swap cache, for which PG_swapcache alone is no proof",
                    "cache",
                    "PG_lru || PG_swapcache && (PG_swapbacked || !exports.PG_swapbacked)");
        }
        text.append("rules:\n");
        for (Rule rule : ruleSet.rules()) {
            text.append(rule.action() == Rule.Action.KEEP ? "  - keep: " : "  - exclude: ")
                    .append(rule.reason())
                    .append("\n    when: \"")
                    .append(looksAtAnyKernel || !rule.reason().equals(BuiltInRuleSets.REASON_OFFLINE) ? "" : LOOKS)
                    .append(CONDITIONS.get(rule.reason()))
                    .append("\"\n    reach: ")
                    .append(ReachNames.nameOf(rule.reach()))
                    .append('\n');
        }
        return text.toString();
    }

    private static void define(StringBuilder text, String comment, String name, String expression) {
        text.append("  # ").append(comment).append('\n');
        text.append("  ").append(name).append(": \"").append(expression).append("\"\n");
    }

    private static String description(RuleSet ruleSet) {
        if (ruleSet.name().equals(BuiltInRuleSets.CAPTURE)) {
            return "what a producer captures when nothing else is asked for";
        }
        String level = ruleSet.name().replaceAll("[^0-9]", "");
        return "dump level " + level + " of makedumpfile" + (ruleSet.dropsUnusedVmemmap() ? ", and its option -e" : "");
    }
}
