// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.PfnSet;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * A dump whose blocks hold several pages of its kernel each: QEMU writes blocks of 64 KiB for every aarch64 guest, whatever the pages of its
 * kernel. Page frames are the kernel's here, and blocks are what the dump counts.
 */
final class LargeBlocks implements PageReader {
    private final StoredDump dump;
    private final KdumpMemory memory;
    private final int pageShift;
    private final int shift;

    /**
     * @param pageShift log2 of the kernel's page size
     * @param shift log2 of the pages of a block, above 0
     */
    LargeBlocks(StoredDump dump, int pageShift, int shift) {
        this.dump = dump;
        this.pageShift = pageShift;
        this.shift = shift;
        memory = new KdumpMemory(dump);
    }

    /** Pages of runs of blocks. */
    static List<PfnRun> pages(List<PfnRun> blocks, int shift) {
        return blocks.stream()
                .map(run -> new PfnRun(run.firstPfn() << shift, run.endPfn() << shift))
                .toList();
    }

    /** Pages of a set of blocks. */
    static PfnSet pages(PfnSet blocks, int shift) {
        return new PfnSet() {
            @Override
            public boolean contains(long pfn) throws IOException {
                return blocks.contains(pfn >>> shift);
            }

            @Override
            public long nextChange(long pfn) throws IOException {
                long next = blocks.nextChange(pfn >>> shift);
                return next > Long.MAX_VALUE >>> shift ? Long.MAX_VALUE : next << shift;
            }
        };
    }

    @Override
    public void read(long firstPfn, int count, ByteBuffer into) throws IOException {
        if (count < 1 || firstPfn < 0) {
            throw new IllegalArgumentException(count + " pages from page frame " + firstPfn);
        }
        int position = into.position();
        int length = Math.multiplyExact(count, 1 << pageShift);
        int read = memory.read(firstPfn << pageShift, length, into);
        if (read < length) {
            into.position(position);
            long pfn = firstPfn + (read >>> pageShift);
            throw new VmcoreException(
                    dump.path() + ": page frame " + pfn + " is asked for, expected one of a block that is"
                            + " in the file: block " + (pfn >>> shift) + " is not");
        }
    }
}
