// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/**
 * The verdict on one chunk: runs of pages with one reason. Reasons are codes of the rule set that was applied
 * ({@link RuleSet#reasons()}); {@link RuleSet#KEPT} means that the page stays in the dump. Made to be reused; belongs to
 * one thread.
 */
public final class VerdictRuns {
    private long firstPfn;
    private int pages;
    private int runs;

    /** Pages up to the end of each run, behind a 0. */
    private final int[] ends = new int[Chunk.PAGES + 1];

    /** Reason of each run, behind one that is none. */
    private final byte[] reasons = new byte[Chunk.PAGES + 1];

    /** An empty verdict from page frame 0 on. */
    public VerdictRuns() {
        begin(0);
    }

    /** Empties the verdict and says where it begins. */
    public void begin(long firstPfn) {
        this.firstPfn = firstPfn;
        pages = 0;
        runs = 0;
        reasons[0] = -1;
    }

    /**
     * Adds pages of one reason, joined with the run before where the reason is the same.
     *
     * @throws IllegalArgumentException when the chunk would hold more than {@link Chunk#PAGES} pages, {@code length} is
     *     not positive, or the reason is not 0 to {@link RuleSet#MAX_REASONS} - 1
     */
    public void append(int reason, int length) {
        if (length <= 0 || length > Chunk.PAGES - pages) {
            throw new IllegalArgumentException("run of " + length + " pages after " + pages
                    + " in a chunk, expected 1 to " + (Chunk.PAGES - pages));
        }
        if (reason < 0 || reason >= RuleSet.MAX_REASONS) {
            throw new IllegalArgumentException(
                    "reason code " + reason + ", expected 0 to " + (RuleSet.MAX_REASONS - 1));
        }
        pages += length;
        runs += isOther(reasons[runs], reason);
        reasons[runs] = (byte) reason;
        ends[runs] = pages;
    }

    /** 1 for two different reasons, 0 for the same; without a branch, for in random memory it is either. */
    static int isOther(int reason, int next) {
        int other = reason ^ next;
        return (other | -other) >>> Integer.SIZE - 1;
    }

    /** First page frame of the chunk. */
    public long firstPfn() {
        return firstPfn;
    }

    /** Pages decided. */
    public int pages() {
        return pages;
    }

    /** Number of runs. */
    public int runs() {
        return runs;
    }

    /** Pages of a run, at least 1. */
    public int length(int run) {
        return ends[run + 1] - ends[run];
    }

    /** Pages decided up to the end of a run. */
    int end(int run) {
        return ends[run + 1];
    }

    /** Reason code of a run. */
    public int reason(int run) {
        return reasons[run + 1];
    }

    /** Where each run ends, behind a 0; for who writes runs down without {@link #append} and then says so. */
    int[] ends() {
        return ends;
    }

    /** Reasons of the runs, behind one that is none; likewise. */
    byte[] reasons() {
        return reasons;
    }

    /** Says how many runs and pages have been written down. */
    void written(int runs, int pages) {
        this.runs = runs;
        this.pages = pages;
    }
}
