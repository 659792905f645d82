// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.vmcorestream.vmcore.memory.RunLookup;
import org.vmcorestream.vmcore.memory.SegmentMemory;

/** Reads pages from where they lie in a file: one read for each piece that is in one place. */
final class FilePageReader implements PageReader {
    private final SegmentMemory memory;
    private final RunLookup backed;
    private final int pageShift;

    FilePageReader(SegmentMemory memory, List<PfnRun> backed, int pageShift) {
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
    public int holePages(long firstPfn, int pages) throws IOException {
        requireBacked(firstPfn, pages);
        return (int) (memory.holeBytes(firstPfn << pageShift, (long) pages << pageShift) >>> pageShift);
    }

    @Override
    public int dataPages(long firstPfn, int pages) throws IOException {
        requireBacked(firstPfn, pages);
        long bytes = memory.dataBytes(firstPfn << pageShift, (long) pages << pageShift);
        return (int) Math.max(1, bytes + (1L << pageShift) - 1 >>> pageShift);
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
            throw new VmcoreException(memory.source() + ": page frames " + firstPfn + " to " + (firstPfn + pages - 1)
                    + " are asked for, expected them within one run of memory in the file");
        }
    }
}
