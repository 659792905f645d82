// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.elf.VmcoreInfoNote;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/** The file of a capture of which only some pages came. */
final class CutFile {
    private CutFile() {}

    /**
     * Writes it.
     *
     * @param level dump level of the capture
     * @param kept page frames that it keeps
     * @param came those of them whose pages are there
     */
    static void write(Path file, Vmcore vmcore, int level, BitSet kept, BitSet came) throws IOException {
        int pageSize = vmcore.pageFacts().pageSize();
        long endPfn = vmcore.memory().endPfn();
        PfnBitmap present = new PfnBitmap(endPfn);
        for (PfnRun run : vmcore.memory().present()) {
            present.set(run.firstPfn(), run.endPfn());
        }
        byte[] notes = vmcore.notes();
        VmcoreInfoNote info = VmcoreInfoNote.find(notes).orElseThrow();
        KdumpHeader header = new KdumpHeader(
                vmcore.kernel(), pageSize, endPfn, level, PageCodec.ZSTD, 0, notes, info.offset(), info.size());
        ByteBuffer page = ByteBuffer.allocateDirect(pageSize);
        try (KdumpFileWriter writer = KdumpFileWriter.create(file, header, present, bitmap(kept, endPfn))) {
            for (int pfn = came.nextSetBit(0); pfn >= 0; pfn = came.nextSetBit(pfn + 1)) {
                vmcore.pages().read(pfn, 1, page.clear());
                writer.addPage(pfn, page.clear(), 0, pageSize, true);
            }
            writer.finish(true);
        }
    }

    private static PfnBitmap bitmap(BitSet pages, long endPfn) {
        PfnBitmap bitmap = new PfnBitmap(endPfn);
        for (int first = pages.nextSetBit(0); first >= 0; ) {
            int end = pages.nextClearBit(first);
            bitmap.set(first, end);
            first = pages.nextSetBit(end);
        }
        return bitmap;
    }
}
