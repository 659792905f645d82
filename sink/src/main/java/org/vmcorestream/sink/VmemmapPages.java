// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.vmcore.kdump.DraftBitmap;
import org.vmcorestream.vmcore.kdump.DraftNumbers;
import org.vmcorestream.vmcore.kdump.KdumpDraft;

/**
 * The pages of the memory map that the verdicts on chunks name as unused. They lie anywhere in the dump, in chunks decided
 * later and in other stripes too, so they leave it only when all verdicts were read, and are remembered in the file until then. Belongs to one thread.
 *
 * <p>When a chunk is decided twice and the two verdicts do not name the same pages, none leaves: those of the first verdict
 * cannot be told from those of other chunks any more.
 */
final class VmemmapPages {
    /** Chunks that pages may be named of, beyond a share of those of the dump. */
    private static final int LEAST_CHUNKS = 256;

    /** One chunk in so many may hold parts of the memory map, which is 1/64 of memory when it lies in one piece. */
    private static final int SHARE = 8;

    private final DraftBitmap named;
    private final long endPfn;
    private final int maxChunks;

    /** Chunks that pages were named of. */
    private final BitSet chunks = new BitSet();

    private int chunkCount;

    /** For each chunk that named pages: which ones, in a number. */
    private final DraftNumbers fingerprints;

    private boolean contradicted;

    /**
     * Begins with none.
     *
     * @param draft file in which they are remembered
     */
    VmemmapPages(long endPfn, KdumpDraft draft) {
        this.endPfn = endPfn;
        named = draft.noted();
        fingerprints = draft.numbers();
        maxChunks = maxChunks(endPfn);
    }

    private static int maxChunks(long endPfn) {
        long chunks = Chunk.of(endPfn) + 1;
        return (int) Math.min(chunks, chunks / SHARE + LEAST_CHUNKS);
    }

    /**
     * Checks what a verdict names.
     *
     * @throws MalformedRecordException when the ranges are not ascending and apart, beyond the end of memory or too many
     */
    void check(long chunk, List<PfnRange> ranges) throws MalformedRecordException {
        long last = -1;
        long pages = 0;
        for (PfnRange range : ranges) {
            long first = range.getFirstPfn();
            long end = range.getEndPfn();
            if (first <= last || end <= first || end > endPfn) {
                throw new MalformedRecordException(
                        "verdict on chunk " + chunk + " names unused vmemmap from page frame "
                                + first + " to before " + end + ", expected ranges ascending and apart within "
                                + (last + 1) + " to "
                                + endPfn);
            }
            last = end;
            pages += end - first;
        }
        if (pages > MemmapRuns.MAX_PAGES) {
            throw new MalformedRecordException("verdict on chunk " + chunk + " names " + pages
                    + " pages of unused vmemmap, expected at most " + MemmapRuns.MAX_PAGES);
        }
    }

    /**
     * Takes what a verdict names, which was checked.
     *
     * @param again whether the chunk was decided before
     */
    void accept(long chunk, List<PfnRange> ranges, boolean again) throws IOException {
        if (again) {
            contradicted |= fingerprints.get(chunk) != fingerprint(ranges);
            return;
        }
        if (ranges.isEmpty()) {
            return;
        }
        fingerprints.put(chunk, fingerprint(ranges));
        for (PfnRange range : ranges) {
            name(range.getFirstPfn(), range.getEndPfn());
        }
    }

    private void name(long first, long end) throws IOException {
        for (long pfn = first; pfn < end; ) {
            int chunk = (int) Chunk.of(pfn);
            long until = Math.min(end, Chunk.firstPfn(chunk) + Chunk.PAGES);
            if (!chunks.get(chunk) && chunkCount < maxChunks) {
                chunks.set(chunk);
                chunkCount++;
            }
            if (chunks.get(chunk)) {
                named.set(pfn, until);
            }
            pfn = until;
        }
    }

    private static long fingerprint(List<PfnRange> ranges) {
        long mixed = 0;
        for (PfnRange range : ranges) {
            mixed = (mixed ^ range.getFirstPfn()) * 0x9E3779B97F4A7C15L;
            mixed = (mixed ^ mixed >>> 32 ^ range.getEndPfn()) * 0xC2B2AE3D27D4EB4FL;
            mixed ^= mixed >>> 29;
        }
        return mixed;
    }

    /**
     * Takes the pages out of those that stay.
     *
     * @param decided chunks that there is a verdict on; what no verdict speaks of stays
     * @return number of pages taken out
     */
    long dropFrom(DraftBitmap kept, BitSet decided) throws IOException {
        if (contradicted) {
            return 0;
        }
        long dropped = 0;
        for (int chunk = chunks.nextSetBit(0); chunk >= 0; chunk = chunks.nextSetBit(chunk + 1)) {
            if (!decided.get(chunk)) {
                continue;
            }
            long behind = Math.min(endPfn, Chunk.firstPfn(chunk) + Chunk.PAGES);
            long first = named.nextSet(Chunk.firstPfn(chunk), behind);
            while (first < behind) {
                long end = named.nextClear(first, behind);
                dropped += kept.clear(first, end);
                first = named.nextSet(end, behind);
            }
        }
        return dropped;
    }
}
