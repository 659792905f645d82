// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.Arrays;
import java.util.BitSet;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.UnusedVmemmap;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;

/** The verdict of a rule set on every single page of a memory, as the engine gives it chunk by chunk. */
final class PagewiseVerdict {
    /** No chunk describes the page. */
    static final byte NEVER_SEEN = -1;

    final RuleSet ruleSet;
    final byte[] reasons;

    /** Pages that go as unused vmemmap, whatever the rules say of them. */
    final BitSet vmemmap = new BitSet();

    PagewiseVerdict(RandomMemory memory, RuleSet ruleSet) {
        this.ruleSet = ruleSet;
        reasons = new byte[(int) memory.endPfn(memory.stripes() - 1)];
        Arrays.fill(reasons, NEVER_SEEN);
        UnusedVmemmap unused = new UnusedVmemmap(RandomMemory.STRUCT_PAGE, 4096);
        MemmapRuns memmap = new MemmapRuns();
        VerdictRuns verdict = new VerdictRuns();
        for (int stripe = 0; stripe < memory.stripes(); stripe++) {
            VerdictEngine engine = new VerdictEngine(ruleSet, memory.kernel(), memory.facts(), memory.endPfn(stripe));
            for (ChunkDescriptors chunk : memory.stripes.get(stripe)) {
                engine.decide(chunk, verdict);
                int pfn = (int) chunk.firstPfn();
                for (int run = 0; run < verdict.runs(); run++) {
                    Arrays.fill(reasons, pfn, pfn + verdict.length(run), (byte) verdict.reason(run));
                    pfn += verdict.length(run);
                }
                if (ruleSet.dropsUnusedVmemmap()) {
                    RandomMemory.memmap(chunk, memmap);
                    unused.find(verdict, memmap);
                    for (int run = 0; run < unused.runs(); run++) {
                        vmemmap.set((int) unused.firstPfn(run), (int) unused.endPfn(run));
                    }
                }
            }
        }
    }

    /** Reason of a page by name, by its rules alone. */
    String reason(int pfn) {
        return reasons[pfn] == NEVER_SEEN ? "hole" : ruleSet.reasons().get(reasons[pfn]);
    }

    boolean keeps(int pfn) {
        return reasons[pfn] == RuleSet.KEPT;
    }

    boolean excludes(int pfn) {
        return reasons[pfn] >= RuleSet.COMMON_REASONS.size();
    }
}
