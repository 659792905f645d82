// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.UnusedVmemmap;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.SparsePfnBitmap;
import org.vmcorestream.vmcore.Vmcore;

/**
 * The pages that stay in a dump under a rule set that drops unused vmemmap. What goes is known only when all chunks were
 * decided, so that all of them are remembered until then: a bit for each page.
 */
final class KeptPages {
    private final PfnBitmap kept;
    private final SparsePfnBitmap unused;
    private final MemmapRuns memmap = new MemmapRuns();
    private final UnusedVmemmap finder;

    KeptPages(Vmcore vmcore) {
        long endPfn = vmcore.memory().endPfn();
        kept = new PfnBitmap(endPfn);
        unused = new SparsePfnBitmap(endPfn, (int) (Chunk.of(endPfn) + 1));
        finder = vmcore.structPageSize() > 0
                ? new UnusedVmemmap(vmcore.structPageSize(), vmcore.pageFacts().pageSize())
                : null;
    }

    /** Takes the verdict on a chunk. */
    void add(long chunk, VerdictRuns verdict, ChunkDescriber describer) throws IOException {
        long pfn = verdict.firstPfn();
        for (int run = 0; run < verdict.runs(); run++) {
            long end = pfn + verdict.length(run);
            if (verdict.reason(run) == RuleSet.KEPT) {
                kept.set(pfn, end);
            }
            pfn = end;
        }
        if (finder != null) {
            describer.memmap(chunk, memmap);
            finder.find(verdict, memmap);
            for (int run = 0; run < finder.runs(); run++) {
                unused.add(finder.firstPfn(run), finder.endPfn(run));
            }
        }
    }

    /** Takes unused vmemmap out of the pages that stay; says how many these were. */
    long dropVmemmap() {
        long dropped = 0;
        for (long first = unused.nextSet(0); first >= 0; ) {
            long end = unused.runEnd(first);
            dropped += kept.clear(first, end);
            first = unused.nextSet(end);
        }
        return dropped;
    }

    /** The pages that stay. */
    PfnBitmap kept() {
        return kept;
    }
}
