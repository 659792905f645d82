// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Arrays;

/** Any rule set, asked of one page after the other, without dictionaries, windows or chunks: what the engine is compared with. */
final class RuleByRule {
    private final RuleSet ruleSet;
    private final RuleContext context;

    RuleByRule(RuleSet ruleSet, PageFacts facts, DumpFacts dump) {
        this.ruleSet = ruleSet;
        this.context = ruleSet.context(facts, dump);
    }

    /** Reason name of each page; page frame {@code i} has descriptor {@code pages[i]}. */
    String[] decide(Descriptor[] pages) {
        String[] reasons = new String[pages.length];
        Arrays.fill(reasons, "kept");
        int behindRun = 0;
        String reasonOfRun = "kept";
        for (int pfn = 0; pfn < pages.length; pfn++) {
            Descriptor page = pages[pfn];
            if (page.has(Descriptor.HOLE) || page.has(Descriptor.NO_DATA)) {
                reasons[pfn] = page.has(Descriptor.HOLE) ? "hole" : "no-data";
            } else if (pfn < behindRun) {
                reasons[pfn] = reasonOfRun;
            } else if (!page.has(Descriptor.NO_STRUCT_PAGE)) {
                Rule rule = deciding(page, pfn);
                if (rule != null && rule.action() == Rule.Action.EXCLUDE) {
                    int order = order(rule.reach(), page);
                    boolean aligned = order == 0 || order > 0 && pfn % (1L << order) == 0;
                    if (aligned || rule.reach() == Reach.COMPOUND) {
                        reasons[pfn] = rule.reason();
                        behindRun = (int) Math.min(pages.length, pfn + (aligned ? 1L << order : 1));
                        reasonOfRun = rule.reason();
                    }
                }
            }
        }
        return reasons;
    }

    private Rule deciding(Descriptor page, int pfn) {
        for (Rule rule : ruleSet.rules()) {
            try {
                if (rule.pfns().contains(pfn)
                        && rule.condition().bind(context).holds(page.flags(), page.mapcount(), page.shape())) {
                    return rule;
                }
            } catch (UndecidedException e) {
                return null;
            }
        }
        return null;
    }

    /** Order of what a rule reaches, -1 where it cannot be. */
    private int order(Reach reach, Descriptor page) {
        int max = context.kernel().maxPageOrder();
        return switch (reach) {
            case PAGE -> 0;
            case COMPOUND -> Math.min(page.compoundOrder(), 62);
            case BUDDY -> page.buddyOrder() > max ? -1 : page.buddyOrder();
            case MAX_ORDER_BLOCK -> max;
        };
    }
}
