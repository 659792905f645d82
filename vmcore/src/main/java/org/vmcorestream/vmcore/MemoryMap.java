// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.util.List;

/** Which physical memory a vmcore speaks of, and which of it the file holds bytes of. */
public interface MemoryMap {
    /** Page frame behind the last one of memory: max_mapnr of a kdump file. */
    long endPfn();

    /** Page frames with memory, ascending, apart and not adjacent: the first bitmap of a kdump file. */
    List<PfnRun> present();

    /**
     * Page frames that can be read, for one thread: a new view at each call. A page frame of which only a part is in an ELF file
     * counts; the rest of it reads as zeros. Of a dump that was filtered before these can be many short runs.
     */
    PfnSet backed();

    /**
     * Page frames that can be read, and those that should be: what an incomplete file has lost is in here too. For one thread, a new
     * view at each call.
     */
    default PfnSet held() {
        return backed();
    }

    /** {@link #backed} as runs, ascending, apart and not adjacent: for a dump that is known to have few. */
    default List<PfnRun> backedRuns() throws IOException {
        return backed().runs(endPfn());
    }
}
