// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.util.List;

/** Which physical memory a vmcore speaks of, and which of it the file holds bytes of. */
public interface MemoryMap {
    /** Page frame behind the last one of memory: max_mapnr of a kdump file. */
    long endPfn();

    /** Page frames with memory, ascending, apart and not adjacent: the first bitmap of a kdump file. */
    List<PfnRun> present();

    /**
     * Page frames that the file holds bytes of, ascending, apart and not adjacent. A page frame of which only a part is in
     * the file counts; the rest of it reads as zeros.
     */
    List<PfnRun> backed();
}
