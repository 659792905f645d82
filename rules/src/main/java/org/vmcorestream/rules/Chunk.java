// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/**
 * A chunk is {@value #PAGES} consecutive page frames, aligned: the unit in which descriptors and verdicts travel. At
 * 4 KiB pages it is 128 MiB of memory, and its bitmap is one 4 KiB block.
 */
public final class Chunk {
    /** log2 of {@link #PAGES}. */
    public static final int SHIFT = 15;

    /** Page frames in a chunk. */
    public static final int PAGES = 1 << SHIFT;

    private Chunk() {}

    /** The chunk that holds page frame {@code pfn}. */
    public static long of(long pfn) {
        return pfn >>> SHIFT;
    }

    /** First page frame of a chunk. */
    public static long firstPfn(long chunk) {
        return chunk << SHIFT;
    }
}
