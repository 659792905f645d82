// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.memory.RunLookup;

/** Reads pages from where they lie in a file: one read for each piece that is in one place. */
final class FilePageReader implements PageReader {
    private final PhysicalMemory memory;
    private final RunLookup backed;
    private final int pageShift;

    FilePageReader(PhysicalMemory memory, List<PfnRun> backed, int pageShift) {
        this.memory = memory;
        this.backed = new RunLookup(backed);
        this.pageShift = pageShift;
    }

    @Override
    public void read(long firstPfn, int pages, ByteBuffer into) throws IOException {
        requireBacked(firstPfn, pages);
        memory.readPadded(firstPfn << pageShift, Math.multiplyExact(pages, 1 << pageShift), into);
    }

    @Override
    public boolean sparseHole(long firstPfn, int pages) throws IOException {
        requireBacked(firstPfn, pages);
        return memory.isHole(firstPfn << pageShift, (long) pages << pageShift);
    }

    @Override
    public void willNeed(long firstPfn, int pages) throws IOException {
        requireBacked(firstPfn, pages);
        memory.willNeed(firstPfn << pageShift, (long) pages << pageShift);
    }

    private void requireBacked(long firstPfn, int pages) throws VmcoreException {
        if (pages < 1 || firstPfn < 0) {
            throw new IllegalArgumentException(pages + " pages from page frame " + firstPfn);
        }
        if (!backed.contains(firstPfn) || backed.nextChange(firstPfn) < firstPfn + pages) {
            throw new VmcoreException(memory.file().path() + ": page frames " + firstPfn + " to "
                    + (firstPfn + pages - 1) + " are asked for, expected them within one run of memory in the file");
        }
    }
}
