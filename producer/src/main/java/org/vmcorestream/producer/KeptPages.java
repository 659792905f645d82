// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.PfnSet;

/**
 * The pages of one stripe that are to be sent, in ascending order: those that the capture rules keep and the vmcore holds bytes
 * of. They are remembered as runs as far as the budget of the capture allows; the chunks behind are decided once more when their
 * turn comes, so that memory does not depend on the dump. Can be read once, also while it still grows. Belongs to the capturing
 * thread.
 */
final class KeptPages {
    /** Enough for the runs of a chunk in which every other page is kept. */
    private static final int CHUNK_BYTES = 64 << 10;

    /** Gives the verdicts on the chunks that were not remembered, in order. */
    interface Rest {
        /**
         * Decides the next chunk.
         *
         * @return false when there is none
         */
        boolean next(VerdictRuns into) throws IOException;
    }

    private final PfnSet backed;
    private final long firstPfn;
    private final KeptRuns remembered;
    private boolean full;
    private long pages;
    private boolean ended;
    private Rest rest;
    private KeptRuns ofChunk;
    private VerdictRuns verdict;
    private KeptRuns reading;

    /** @param backed page frames the vmcore holds bytes of, used by this thread alone; no others are ever taken */
    KeptPages(PfnSet backed, KeptBudget budget) {
        this(backed, budget, 0);
    }

    /**
     * @param backed page frames the vmcore holds bytes of, used by this thread alone; no others are ever taken
     * @param firstPfn no page frame below it is taken: those were sent before
     */
    KeptPages(PfnSet backed, KeptBudget budget, long firstPfn) {
        this.backed = backed;
        this.firstPfn = firstPfn;
        remembered = new KeptRuns(budget);
        reading = remembered;
    }

    /**
     * Takes the kept pages of the next chunk; chunks come in ascending order.
     *
     * @return false when they, and those of all chunks behind, are only counted
     */
    boolean add(VerdictRuns verdict) throws IOException {
        if (!full) {
            remembered.mark();
            full = !addTo(remembered, verdict);
            if (full) {
                remembered.reset();
            }
        }
        pages += count(verdict);
        return !full;
    }

    private boolean addTo(KeptRuns runs, VerdictRuns verdict) throws IOException {
        long pfn = verdict.firstPfn();
        for (int run = 0; run < verdict.runs(); run++) {
            long end = pfn + verdict.length(run);
            if (verdict.reason(run) == RuleSet.KEPT) {
                for (long at = Math.max(pfn, firstPfn); at < end; ) {
                    long until = Math.min(end, backed.nextChange(at));
                    if (backed.contains(at) && !runs.add(at, until)) {
                        return false;
                    }
                    at = until;
                }
            }
            pfn = end;
        }
        return true;
    }

    private long count(VerdictRuns verdict) throws IOException {
        long count = 0;
        long pfn = verdict.firstPfn();
        for (int run = 0; run < verdict.runs(); run++) {
            long end = pfn + verdict.length(run);
            if (verdict.reason(run) == RuleSet.KEPT) {
                for (long at = Math.max(pfn, firstPfn); at < end; ) {
                    long until = Math.min(end, backed.nextChange(at));
                    count += backed.contains(at) ? until - at : 0;
                    at = until;
                }
            }
            pfn = end;
        }
        return count;
    }

    /**
     * Says that no chunk follows.
     *
     * @param rest verdicts from the first chunk on that was only counted; null when all were remembered
     */
    void end(Rest rest) {
        this.rest = rest;
        ended = true;
    }

    /** Number of pages, as far as their chunks came. */
    long pages() {
        return pages;
    }

    /**
     * Consecutive pages that can be taken, the first of which is {@link #firstPfn}; 0 when there are none, or none yet.
     *
     * @throws IOException when struct pages have to be read again and cannot be
     */
    int available() throws IOException {
        int pages = reading.available();
        while (pages == 0 && ended && rest != null) {
            decideNext();
            pages = reading.available();
        }
        return pages;
    }

    private void decideNext() throws IOException {
        if (ofChunk == null) {
            ofChunk = new KeptRuns(new KeptBudget(CHUNK_BYTES));
            verdict = new VerdictRuns();
            reading = ofChunk;
        }
        ofChunk.clear();
        if (!rest.next(verdict)) {
            rest = null;
            ofChunk = null;
            verdict = null;
            reading = remembered;
        } else if (!addTo(ofChunk, verdict)) {
            throw new IllegalStateException("runs of one chunk take more than " + CHUNK_BYTES + " bytes");
        }
    }

    /** First page frame that can be taken. */
    long firstPfn() {
        return reading.firstPfn();
    }

    /** Takes pages, no more than are available. */
    void take(int pages) {
        reading.take(pages);
    }

    /** Whether all pages were taken and none will follow. */
    boolean drained() throws IOException {
        return ended && available() == 0;
    }
}
