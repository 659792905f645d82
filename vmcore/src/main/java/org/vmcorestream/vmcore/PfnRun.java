// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

/**
 * Consecutive page frames.
 *
 * @param firstPfn first page frame
 * @param endPfn page frame behind the last one, above {@code firstPfn}
 */
public record PfnRun(long firstPfn, long endPfn) {
    /** Checks the order of the two. */
    public PfnRun {
        if (firstPfn < 0 || endPfn <= firstPfn) {
            throw new IllegalArgumentException("run of page frames from " + firstPfn + " to " + endPfn);
        }
    }

    /** Number of page frames. */
    public long pages() {
        return endPfn - firstPfn;
    }
}
