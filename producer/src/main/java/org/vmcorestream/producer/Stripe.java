// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.schemas.Keys;

/**
 * A range of whole chunks that travels on one partition in order. The stripes of a dump lie one behind the other from page
 * frame 0 to the end of memory, and each has memory: where a whole stripe would have none, the one before it reaches on.
 *
 * <p>What is sent early of a part travels like a stripe, see {@link EarlyPages}.
 *
 * @param number number in the dump, from 0; {@link Keys#earlyStripe} for early pages
 * @param firstPfn first page frame
 * @param endPfn page frame behind the last one; no verdict reaches further
 * @param chunks chunks with memory, at least 1
 * @param partition partition of page-metadata and page-data
 * @param part part of the dump whose file has its pages, from 0
 */
record Stripe(int number, long firstPfn, long endPfn, int chunks, int partition, int part) {
    /**
     * Pages of the largest block that a rule speaks for, and whole chunks: a hugetlb page of 1 GiB with pages of 4 KiB, of 16 GiB with
     * 64 KiB (aarch64; with 16 KiB none is that large). Blocks are aligned, so that none lies in two stripes.
     */
    static final int LARGEST_BLOCK = 1 << 18;

    /** Most stripes of a dump: their states travel in one record. */
    static final int MAX_STRIPES = 4096;

    /**
     * The stripes of a dump, all of them of part 0.
     *
     * @param present page frames with memory, at least one
     * @param stripeBytes memory of a stripe, a multiple of 1 GiB; rounded up to a multiple of the {@link #LARGEST_BLOCK}
     * @throws UnfitSettingsException when there would be more than {@value #MAX_STRIPES}
     */
    static List<Stripe> plan(
            PfnRuns present, long endPfn, int pageShift, long stripeBytes, String dumpId, int partitions) {
        long stripePages = pages(stripeBytes, pageShift);
        List<Long> starts = starts(present, stripePages, stripeBytes);
        List<Stripe> stripes = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            long first = i == 0 ? 0 : starts.get(i);
            long end = i + 1 < starts.size() ? starts.get(i + 1) : endPfn;
            stripes.add(
                    new Stripe(i, first, end, present.chunks(first, end), Keys.partition(dumpId, i, partitions), 0));
        }
        return List.copyOf(stripes);
    }

    /** Page frames of a stripe that is to have so much memory. */
    static long pages(long stripeBytes, int pageShift) {
        long pages = stripeBytes >>> pageShift;
        return Math.max(LARGEST_BLOCK, pages + LARGEST_BLOCK - 1 & -LARGEST_BLOCK);
    }

    /** Page frames of one of its chunks that belong to it: all but behind the end of memory. */
    int frames(long chunk) {
        return (int) Math.min(Chunk.PAGES, endPfn - Chunk.firstPfn(chunk));
    }

    /** Where the stripes with memory begin on the grid of {@code stripePages}. */
    private static List<Long> starts(PfnRuns present, long stripePages, long stripeBytes) {
        List<Long> starts = new ArrayList<>();
        for (long chunk = present.nextChunk(0); chunk >= 0; ) {
            if (starts.size() == MAX_STRIPES) {
                throw new UnfitSettingsException("stripes of " + stripeBytes + " bytes would be more than "
                        + MAX_STRIPES + ", expected larger stripes for this much memory");
            }
            long start = Chunk.firstPfn(chunk) / stripePages * stripePages;
            starts.add(start);
            chunk = present.nextChunk(Chunk.of(start + stripePages));
        }
        return starts;
    }

    /** Whether it is what is sent early of its part. */
    boolean isEarly() {
        return number < 0;
    }

    /** What messages call it. */
    String name() {
        return isEarly() ? "the early pages of part " + part : "stripe " + number;
    }

    /** The same stripe as one of another part. */
    Stripe ofPart(int other) {
        return new Stripe(number, firstPfn, endPfn, chunks, partition, other);
    }
}
