// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.memory;

import java.util.List;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.PfnSet;

/** Asks a list of runs, ascending and apart, whether page frames are in it. Several threads may use one. */
public final class RunLookup implements PfnSet {
    private final long[] first;
    private final long[] end;

    /** Copies the runs into arrays. */
    public RunLookup(List<PfnRun> runs) {
        first = runs.stream().mapToLong(PfnRun::firstPfn).toArray();
        end = runs.stream().mapToLong(PfnRun::endPfn).toArray();
    }

    @Override
    public boolean contains(long pfn) {
        int run = atOrAbove(pfn);
        return run < first.length && first[run] <= pfn;
    }

    @Override
    public long nextChange(long pfn) {
        int run = atOrAbove(pfn);
        if (run == first.length) {
            return Long.MAX_VALUE;
        }
        return first[run] > pfn ? first[run] : end[run];
    }

    private int atOrAbove(long pfn) {
        int low = 0;
        int high = end.length;
        while (low < high) {
            int middle = low + high >>> 1;
            if (end[middle] <= pfn) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
