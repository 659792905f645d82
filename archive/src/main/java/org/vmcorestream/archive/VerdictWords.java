// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.PageDecision;
import org.vmcorestream.rules.Rule;
import org.vmcorestream.rules.RuleSet;

/** How a page was decided, in words. */
final class VerdictWords {
    private VerdictWords() {}

    /** What a rule set's rules say of a page. */
    static Explanation.Verdict of(RuleSet ruleSet, PageDecision decision) {
        String reason = ruleSet.reasons().get(decision.reason());
        String rule =
                decision.rule() < 0 ? "" : ruleSet.rules().get(decision.rule()).reason();
        return new Explanation.Verdict(ruleSet.name(), reason, decision, rule, sentence(ruleSet, decision, reason));
    }

    /** A page that the rules keep, and that leaves because its struct pages are of no use. */
    static Explanation.Verdict unusedVmemmap(RuleSet ruleSet, PageDecision decision, long chunk) {
        long first = Chunk.firstPfn(chunk);
        return new Explanation.Verdict(
                ruleSet.name(),
                RuleSet.VMEMMAP,
                decision,
                "",
                "excluded as " + RuleSet.VMEMMAP
                        + ": it holds nothing but struct pages of excluded pages between page frames " + first + " and "
                        + (first + Chunk.PAGES - 1));
    }

    private static String sentence(RuleSet ruleSet, PageDecision decision, String reason) {
        String rule = decision.rule() < 0 ? "" : rule(ruleSet, decision.rule());
        boolean kept = decision.reason() == RuleSet.KEPT;
        return switch (decision.how()) {
            case HOLE -> "no memory at this page frame";
            case NO_DATA -> "the vmcore holds no bytes of it";
            case NO_STRUCT_PAGE -> "kept: it has no struct page that a rule could be asked about";
            case NO_RULE -> "kept: no rule speaks of it";
            case RULE ->
                kept
                        ? "kept by " + rule
                        : "excluded as " + reason + " by " + rule
                                + (decision.runPfn() < 0 ? "" : ", with the " + pages(decision) + " from it on");
            case INSIDE_RUN ->
                "excluded as " + reason + ": lies in the " + pages(decision) + " from page frame " + decision.runPfn()
                        + " on, whose first one " + rule + " excludes";
            case UNDECIDED -> "kept: " + rule + " has no answer for it";
            case INVALID_ORDER -> "kept: " + rule + " speaks of it, but its block would be larger than any can be";
            case MISALIGNED -> "kept: " + rule + " speaks of it, but its page frame is not aligned to its block";
        };
    }

    private static String rule(RuleSet ruleSet, int index) {
        Rule rule = ruleSet.rules().get(index);
        return "rule " + (index + 1) + " (" + rule.reason() + ")";
    }

    private static String pages(PageDecision decision) {
        return decision.runEndPfn() - decision.runPfn() + " pages";
    }
}
