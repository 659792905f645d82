// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.UnusedVmemmap;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;

/**
 * Looks for a chunk for whose sake a rule set drops a page as unused vmemmap. Struct pages of two chunks are never in one page;
 * where a producer says they are, one chunk that has no use for the page is enough, as it is for a sink.
 */
final class VmemmapSearch implements DescribedMemory.ChunkReader {
    private final long pfn;
    private final RuleSet ruleSet;
    private final VerdictRuns verdict = new VerdictRuns();
    private long stripeEnd;
    private VerdictEngine engine;
    private UnusedVmemmap unused;
    private long chunk = -1;
    private boolean isUnused;

    VmemmapSearch(long pfn, RuleSet ruleSet) {
        this.pfn = pfn;
        this.ruleSet = ruleSet;
    }

    /** Says which stripe comes next. */
    void enter(long endPfn) {
        stripeEnd = endPfn;
    }

    @Override
    public void begin(PageFacts kernel, DumpFacts dump, int structPageSize) {
        engine = new VerdictEngine(ruleSet, kernel, dump, stripeEnd);
        unused = structPageSize > 0 ? new UnusedVmemmap(structPageSize, kernel.pageSize()) : null;
    }

    @Override
    public boolean chunk(ChunkDescriptors descriptors, MemmapRuns memmap) {
        if (unused == null) {
            return false;
        }
        engine.decide(descriptors, verdict);
        if (!holdsPage(memmap)) {
            return true;
        }
        chunk = Chunk.of(descriptors.firstPfn());
        unused.find(verdict, memmap);
        for (int run = 0; run < unused.runs(); run++) {
            isUnused |= pfn >= unused.firstPfn(run) && pfn < unused.endPfn(run);
        }
        return !isUnused;
    }

    private boolean holdsPage(MemmapRuns memmap) {
        for (int run = 0; run < memmap.runs(); run++) {
            if (pfn >= memmap.frame(run) && pfn - memmap.frame(run) < memmap.length(run)) {
                return true;
            }
        }
        return false;
    }

    /** Number of the chunk. */
    long chunk() {
        return chunk;
    }

    /** Whether the rule set drops the page. */
    boolean isUnused() {
        return isUnused;
    }
}
