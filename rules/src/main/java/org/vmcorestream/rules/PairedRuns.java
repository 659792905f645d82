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
    private int firstLeft;
    private int secondLeft;
    private int left;
    private int length;

    /**
     * Begins with the first page of both.
     *
     * @param pages how many pages are walked, at most as many as both verdicts have
     */
    public void begin(VerdictRuns first, VerdictRuns second, int pages) {
        this.first = first;
        this.second = second;
        firstRun = -1;
        secondRun = -1;
        firstLeft = 0;
        secondLeft = 0;
        left = pages;
        length = 0;
    }

    /** Goes on to the next pages; false when there are none. */
    public boolean next() {
        if (left <= 0) {
            return false;
        }
        firstLeft -= length;
        secondLeft -= length;
        if (firstLeft == 0) {
            firstLeft = first.length(++firstRun);
        }
        if (secondLeft == 0) {
            secondLeft = second.length(++secondRun);
        }
        length = Math.min(left, Math.min(firstLeft, secondLeft));
        left -= length;
        return true;
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
