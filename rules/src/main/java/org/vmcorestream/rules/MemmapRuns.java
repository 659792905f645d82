// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Arrays;

/**
 * Where the struct pages of one chunk lie in physical memory. The kernel's memory map is an array of struct pages; 32,768 of
 * them always fill whole pages, so that a page of the memory map never describes page frames of two chunks. These pages are
 * numbered from 0 in each chunk. Pages whose place is not known, or that are not there for this chunk alone, are left out.
 *
 * <p>Made to be reused; belongs to one thread.
 */
public final class MemmapRuns {
    /** Smallest SIZE(page) there is, in bytes. */
    public static final int MIN_STRUCT_PAGE = 32;

    /** Largest SIZE(page) that is believed, in bytes. */
    public static final int MAX_STRUCT_PAGE = 1024;

    /** Most pages that the memory map of a chunk can have: those of the largest struct page and the smallest page. */
    public static final int MAX_PAGES = Chunk.PAGES / 4096 * MAX_STRUCT_PAGE;

    private int runs;
    private int[] first = new int[16];
    private int[] lengths = new int[16];
    private long[] frames = new long[16];

    /**
     * Pages of the memory map of one chunk.
     *
     * @param structPageSize SIZE(page) in bytes, {@value #MIN_STRUCT_PAGE} to {@value #MAX_STRUCT_PAGE}, a multiple of 8
     * @param pageSize in bytes, 4096 to 65536, a power of two
     */
    public static int pages(int structPageSize, int pageSize) {
        return Chunk.PAGES * structPageSize / pageSize;
    }

    /** Whether a SIZE(page) is one that can be worked with. */
    public static boolean isStructPageSize(int bytes) {
        return bytes >= MIN_STRUCT_PAGE && bytes <= MAX_STRUCT_PAGE && bytes % Long.BYTES == 0;
    }

    /** Forgets all runs: nothing is known. */
    public void begin() {
        runs = 0;
    }

    /**
     * Adds pages of the memory map that lie one behind the other in physical memory.
     *
     * @param index number of the first one in the chunk's memory map, behind those added before
     * @param frame page frame of the first one
     * @param length number of pages, at least 1
     * @throws IllegalArgumentException when they are not behind the ones before, or beyond {@link #MAX_PAGES} or page frame 2^52
     */
    public void append(int index, long frame, int length) {
        int least = runs == 0 ? 0 : first[runs - 1] + lengths[runs - 1];
        if (index < least || length < 1 || index > MAX_PAGES - length) {
            throw new IllegalArgumentException("memory map pages " + index + " to before " + ((long) index + length)
                    + ", expected them from " + least + " to before " + MAX_PAGES);
        }
        if (frame < 0 || frame > PfnRanges.END_PFN - length) {
            throw new IllegalArgumentException("memory map at page frame " + frame + ", expected 0 to 2^52");
        }
        if (runs > 0 && index == least && frame == frames[runs - 1] + lengths[runs - 1]) {
            lengths[runs - 1] += length;
            return;
        }
        if (runs == first.length) {
            first = Arrays.copyOf(first, runs * 2);
            lengths = Arrays.copyOf(lengths, runs * 2);
            frames = Arrays.copyOf(frames, runs * 2);
        }
        first[runs] = index;
        lengths[runs] = length;
        frames[runs++] = frame;
    }

    /** Number of runs. */
    public int runs() {
        return runs;
    }

    /** Number of a run's first page in the memory map of the chunk. */
    public int index(int run) {
        return first[run];
    }

    /** Page frame of a run's first page. */
    public long frame(int run) {
        return frames[run];
    }

    /** Pages of a run, at least 1. */
    public int length(int run) {
        return lengths[run];
    }
}
