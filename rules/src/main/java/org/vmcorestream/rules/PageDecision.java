// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/**
 * How one page was decided.
 *
 * @param pfn the page
 * @param reason reason code, an index into {@link RuleSet#reasons()}
 * @param how what decided
 * @param rule the rule that decided, an index into {@link RuleSet#rules()}; -1 where none did. Of a page inside a run it is the
 *     rule that decided the run's first page
 * @param runPfn first page of the run that the page opens or lies in; -1 where there is no run, or where the engine was restored
 *     in the middle of it
 * @param runEndPfn page behind the last one of that run, 0 where there is none
 */
public record PageDecision(long pfn, int reason, How how, int rule, long runPfn, long runEndPfn) {
    /** What decided. */
    public enum How {
        /** There is no memory at the page frame. */
        HOLE,
        /** The vmcore holds no bytes of it. */
        NO_DATA,
        /** There is no struct page that a rule could be asked about: the page is kept. */
        NO_STRUCT_PAGE,
        /** A rule whose condition holds for the page itself. */
        RULE,
        /** It lies in the run that an earlier page opened, and was not looked at. */
        INSIDE_RUN,
        /** No rule's condition holds: the page is kept. */
        NO_RULE,
        /** A condition had no answer: the page is kept. */
        UNDECIDED,
        /** A rule's condition holds, but the free block would be larger than any can be: the page is kept. */
        INVALID_ORDER,
        /** A rule's condition holds, but the page frame is not aligned to the block: the page is kept. */
        MISALIGNED
    }
}
