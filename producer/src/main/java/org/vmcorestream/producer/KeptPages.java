// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.PfnBitmap;

/**
 * The pages of one stripe that are to be sent: those that the capture rules keep and the vmcore holds bytes of. A chunk of
 * which only some pages are kept costs 4 KiB (32 MiB for each TiB of guest memory at 4 KiB pages), others next to nothing.
 */
final class KeptPages {
    private static final PfnBitmap ALL = all();

    private final PfnRuns backed;
    private final List<KeptChunk> chunks = new ArrayList<>();
    private long pages;

    /** @param backed page frames the vmcore holds bytes of; no others are ever taken */
    KeptPages(PfnRuns backed) {
        this.backed = backed;
    }

    /** Takes the kept pages of the next chunk; chunks come in ascending order. */
    void add(VerdictRuns verdict) {
        long chunkPfn = verdict.firstPfn();
        PfnBitmap bits = null;
        long pfn = chunkPfn;
        for (int run = 0; run < verdict.runs(); run++) {
            long end = pfn + verdict.length(run);
            if (verdict.reason(run) == RuleSet.KEPT) {
                for (int i = backed.endingBehind(pfn); i < backed.size() && backed.first(i) < end; i++) {
                    if (bits == null) {
                        bits = new PfnBitmap(Chunk.PAGES);
                    }
                    bits.set(Math.max(pfn, backed.first(i)) - chunkPfn, Math.min(end, backed.end(i)) - chunkPfn);
                }
            }
            pfn = end;
        }
        if (bits != null) {
            long kept = bits.cardinality();
            chunks.add(new KeptChunk(chunkPfn, kept == Chunk.PAGES ? ALL : bits));
            pages += kept;
        }
    }

    /** Number of pages. */
    long pages() {
        return pages;
    }

    /** Walks over the pages from the first one on. */
    Cursor cursor() {
        return new Cursor();
    }

    private static PfnBitmap all() {
        PfnBitmap bits = new PfnBitmap(Chunk.PAGES);
        bits.set(0, Chunk.PAGES);
        return bits;
    }

    private record KeptChunk(long firstPfn, PfnBitmap bits) {}

    /** A walk over runs of consecutive kept pages, ascending. */
    final class Cursor {
        private int chunk;
        private long next;
        private long firstPfn;

        /**
         * Moves to the next run and takes at most {@code max} pages of it.
         *
         * @return number of pages taken, the first of which is {@link #firstPfn()}; 0 when no page is left
         */
        int next(int max) {
            for (; chunk < chunks.size(); chunk++, next = 0) {
                PfnBitmap bits = chunks.get(chunk).bits();
                long first = bits.nextSet(next);
                if (first >= 0) {
                    next = Math.min(bits.nextClear(first), first + max);
                    firstPfn = chunks.get(chunk).firstPfn() + first;
                    return (int) (next - first);
                }
            }
            return 0;
        }

        /** First page frame of the run that {@link #next} took. */
        long firstPfn() {
            return firstPfn;
        }
    }
}
