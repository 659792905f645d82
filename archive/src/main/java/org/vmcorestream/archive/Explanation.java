// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.List;
import java.util.Optional;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.PageDecision;

/**
 * What a page is, and what rule sets say of it.
 *
 * @param pfn the page
 * @param descriptor its descriptor; empty where nothing describes it, for there is no memory
 * @param words the descriptor in words, one line each
 * @param block the block of pages that the kernel deals with as one; empty for a page by itself
 * @param verdicts one for each rule set named
 */
public record Explanation(
        long pfn, Optional<Descriptor> descriptor, List<String> words, Optional<Block> block, List<Verdict> verdicts) {
    /**
     * Pages that the kernel deals with as one.
     *
     * @param kind free block, unaccepted block, or compound page
     * @param firstPfn its head
     * @param endPfn page frame behind the last one
     */
    public record Block(String kind, long firstPfn, long endPfn) {
        /** Number of pages. */
        public long pages() {
            return endPfn - firstPfn;
        }
    }

    /**
     * What one rule set says of the page.
     *
     * @param ruleSet its name
     * @param reason why the page leaves the dump; kept, hole or no-data where no rule excludes it
     * @param decision how that came about; of a page that goes as unused vmemmap, what the rules say of the page itself
     * @param rule name of the rule that decided; empty where none did
     * @param sentence all of it in one line
     */
    public record Verdict(String ruleSet, String reason, PageDecision decision, String rule, String sentence) {}
}
