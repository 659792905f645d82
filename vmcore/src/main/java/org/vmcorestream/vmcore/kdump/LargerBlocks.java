// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.PfnSet;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.memory.Frames;
import org.vmcorestream.vmcore.memory.PhysicalMemory;

/**
 * The page frames of a kernel in a kdump file whose blocks are larger than its pages. QEMU writes such files: its blocks are the largest
 * pages that the machine can have, 64 KiB on aarch64, for it does not know the kernel. Everything in the file counts blocks: bitmaps,
 * descriptors, max_mapnr.
 *
 * @param shift log2 of the pages in a block, 1 or more
 */
record LargerBlocks(int shift) {
    /** The page frames in sets of blocks. */
    Frames frames(Frames blocks) {
        List<PfnRun> present = blocks.present().stream()
                .map(run -> new PfnRun(run.firstPfn() << shift, run.endPfn() << shift))
                .toList();
        Frames.Views views = blocks.views();
        return new Frames(
                blocks.endPfn() << shift,
                present,
                new Frames.Views(
                        () -> new Pages(views.held().get(), shift),
                        () -> new Pages(views.backed().get(), shift),
                        () -> new Pages(views.described().get(), shift)));
    }

    /** A set of blocks, asked in pages. */
    private record Pages(PfnSet blocks, int shift) implements PfnSet {
        @Override
        public boolean contains(long pfn) throws IOException {
            return blocks.contains(pfn >>> shift);
        }

        @Override
        public long nextChange(long pfn) throws IOException {
            long change = blocks.nextChange(pfn >>> shift);
            return change > Long.MAX_VALUE >>> shift ? Long.MAX_VALUE : change << shift;
        }
    }

    /** Reads pages out of blocks. */
    record Reader(PhysicalMemory memory, int pageShift) implements PageReader {
        @Override
        public void read(long firstPfn, int pages, ByteBuffer into) throws IOException {
            if (pages < 1 || firstPfn < 0) {
                throw new IllegalArgumentException(pages + " pages from page frame " + firstPfn);
            }
            int position = into.position();
            int length = Math.multiplyExact(pages, 1 << pageShift);
            if (memory.read(firstPfn << pageShift, length, into) != length) {
                into.position(position);
                throw new VmcoreException(memory.source() + ": page frames " + firstPfn + " to "
                        + (firstPfn + pages - 1) + " are asked for, expected them within one run of pages in the file");
            }
        }
    }
}
