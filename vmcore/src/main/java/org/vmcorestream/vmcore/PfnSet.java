// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A set of page frames that can be asked in runs. It may lie in a file and be read as it is asked, so that its memory does not
 * depend on how many runs it has. Belongs to one thread unless its maker says otherwise.
 */
public interface PfnSet {
    /** Whether a page frame, 0 or above, is in the set. */
    boolean contains(long pfn) throws IOException;

    /** The first page frame behind {@code pfn} at which the answer changes; {@link Long#MAX_VALUE} when it never does. */
    long nextChange(long pfn) throws IOException;

    /** All of it below a page frame, ascending, apart and not adjacent: for sets that are known to be small. */
    default List<PfnRun> runs(long endPfn) throws IOException {
        List<PfnRun> runs = new ArrayList<>();
        for (long pfn = 0; pfn < endPfn; ) {
            long until = Math.min(endPfn, nextChange(pfn));
            if (contains(pfn)) {
                runs.add(new PfnRun(pfn, until));
            }
            pfn = until;
        }
        return runs;
    }
}
