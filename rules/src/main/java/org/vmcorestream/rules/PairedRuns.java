// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/**
 * The runs of two verdicts on the same pages, walked in step: each step is as many pages as both have one reason for. Made to
 * be reused; belongs to one thread.
 */
public final class PairedRuns {
    private VerdictRuns first;
    private VerdictRuns second;
    private int firstRun;
    private int secondRun;
    private int pages;
    private int end;
    private int length;

    /**
     * Begins with the first page of both.
     *
     * @param pages how many pages are walked, at most as many as both verdicts have
     */
    public void begin(VerdictRuns first, VerdictRuns second, int pages) {
        this.first = first;
        this.second = second;
        this.pages = pages;
        firstRun = 0;
        secondRun = 0;
        end = 0;
        length = 0;
    }

    /** Goes on to the next pages; false when there are none. */
    public boolean next() {
        int start = end;
        if (start >= pages) {
            return false;
        }
        if (start > 0) {
            firstRun += 1 - endsBehind(first.end(firstRun), start);
            secondRun += 1 - endsBehind(second.end(secondRun), start);
        }
        end = Math.min(pages, Math.min(first.end(firstRun), second.end(secondRun)));
        length = end - start;
        return true;
    }

    /** 1 when a run ends behind the pages walked so far, 0 when it ends with them; without a branch, for it is either. */
    private static int endsBehind(int runEnd, int walked) {
        return walked - runEnd >>> Integer.SIZE - 1;
    }

    /** Pages of this step, at least 1. */
    public int length() {
        return length;
    }

    /** Reason code of the first verdict for them. */
    public int firstReason() {
        return first.reason(firstRun);
    }

    /** Reason code of the second verdict for them. */
    public int secondReason() {
        return second.reason(secondRun);
    }
}
