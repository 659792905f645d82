// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Arrays;

/**
 * Finds the pages of a chunk's memory map that describe nothing but excluded pages. Who has no page has no use for its struct
 * page either, so a rule set may drop these too ({@link RuleSet#dropsUnusedVmemmap}).
 *
 * <pre>
 *  verdict     kept |        excluded             | hole |  excluded    | kept
 *  memmap   |    0    |    1    |    2    |    3    |    4    |    5    |
 *                          ^^^       ^^^                           none of 5: it describes a kept page too
 * </pre>
 *
 * A page goes only when every struct page with a byte in it describes a page that a rule excludes: next to a page that is
 * kept, a hole, memory without data or the end of memory, it stays. The verdict is not asked again for what was dropped: a
 * page of the memory map that describes only dropped pages of the memory map stays.
 *
 * <p>Made to be reused; belongs to one thread.
 */
public final class UnusedVmemmap {
    private static final int FIRST_EXCLUDING_REASON = RuleSet.COMMON_REASONS.size();

    private final int structPageSize;
    private final int pageSize;
    private int runs;
    private long[] first = new long[16];
    private long[] end = new long[16];
    private int nextMemmapRun;

    /**
     * @param structPageSize SIZE(page) in bytes, see {@link MemmapRuns#isStructPageSize}
     * @param pageSize in bytes
     */
    public UnusedVmemmap(int structPageSize, int pageSize) {
        if (!MemmapRuns.isStructPageSize(structPageSize)) {
            throw new IllegalArgumentException(
                    "struct page of " + structPageSize + " bytes, expected a multiple of 8 from "
                            + MemmapRuns.MIN_STRUCT_PAGE + " to " + MemmapRuns.MAX_STRUCT_PAGE);
        }
        this.structPageSize = structPageSize;
        this.pageSize = pageSize;
    }

    /**
     * Looks at one chunk.
     *
     * @param verdict reasons of its pages
     * @param memmap where its struct pages are; no page frame is in it twice
     */
    public void find(VerdictRuns verdict, MemmapRuns memmap) {
        runs = 0;
        nextMemmapRun = 0;
        long page = verdict.firstPfn() & Chunk.PAGES - 1;
        long excludedFrom = -1;
        for (int run = 0; run < verdict.runs(); run++) {
            boolean excluded = verdict.reason(run) >= FIRST_EXCLUDING_REASON;
            if (excluded && excludedFrom < 0) {
                excludedFrom = page;
            } else if (!excluded && excludedFrom >= 0) {
                addUnused(excludedFrom, page, memmap);
                excludedFrom = -1;
            }
            page += verdict.length(run);
        }
        if (excludedFrom >= 0) {
            addUnused(excludedFrom, page, memmap);
        }
        sortAndJoin();
    }

    /** Takes the pages of the memory map that lie wholly within the struct pages of excluded pages of the chunk. */
    private void addUnused(long firstPage, long endPage, MemmapRuns memmap) {
        long from = (firstPage * structPageSize + pageSize - 1) / pageSize;
        long to = endPage * structPageSize / pageSize;
        for (; nextMemmapRun < memmap.runs(); nextMemmapRun++) {
            long index = memmap.index(nextMemmapRun);
            long behind = index + memmap.length(nextMemmapRun);
            if (index >= to) {
                return;
            }
            if (behind > from) {
                long frame = memmap.frame(nextMemmapRun) - index;
                add(frame + Math.max(index, from), frame + Math.min(behind, to));
            }
            if (behind > to) {
                return;
            }
        }
    }

    private void add(long firstPfn, long endPfn) {
        if (firstPfn >= endPfn) {
            return;
        }
        if (runs == first.length) {
            first = Arrays.copyOf(first, runs * 2);
            end = Arrays.copyOf(end, runs * 2);
        }
        first[runs] = firstPfn;
        end[runs++] = endPfn;
    }

    /** Runs that do not overlap stay pairs when their beginnings and their ends are sorted each for themselves. */
    private void sortAndJoin() {
        Arrays.sort(first, 0, runs);
        Arrays.sort(end, 0, runs);
        int joined = 0;
        for (int run = 0; run < runs; run++) {
            if (joined > 0 && first[run] <= end[joined - 1]) {
                end[joined - 1] = end[run];
            } else {
                first[joined] = first[run];
                end[joined++] = end[run];
            }
        }
        runs = joined;
    }

    /** Number of runs of unused pages found. */
    public int runs() {
        return runs;
    }

    /** First page frame of a run; runs are ascending and apart. */
    public long firstPfn(int run) {
        return first[run];
    }

    /** Page frame behind the last one of a run. */
    public long endPfn(int run) {
        return end[run];
    }

    /** Pages in all runs. */
    public long pages() {
        long pages = 0;
        for (int run = 0; run < runs; run++) {
            pages += end[run] - first[run];
        }
        return pages;
    }
}
