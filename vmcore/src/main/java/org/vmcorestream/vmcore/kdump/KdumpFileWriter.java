// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * Writes one kdump-compressed file, header version 6. Pages come in ascending order of page frames; the layout in front of
 * them is fixed by the second bitmap. The file is written as {@code NAME.partial} and gets its name only when it is whole
 * and on disk, so that nothing half-made ever has the final name. Only its owner can read it (mode 0600): a dump holds the
 * secrets of a guest. Belongs to one thread.
 */
public interface KdumpFileWriter extends AutoCloseable {
    /**
     * Creates {@code file.partial}, replacing an older one, and writes the headers. For a dump whose bitmaps fit into memory; where
     * they need not, see {@link KdumpDraft}.
     *
     * @param file final name
     * @param header what the headers say
     * @param present first bitmap
     * @param kept second bitmap, a part of the first
     * @throws IllegalArgumentException when header and bitmaps contradict each other
     * @throws IOException when it cannot be written, or somebody else is writing it
     */
    static KdumpFileWriter create(Path file, KdumpHeader header, PfnBitmap present, PfnBitmap kept) throws IOException {
        return KdumpDraft.whole(file, header, present, kept, PartialFile.ON_DISK);
    }

    /**
     * Adds a page in the file's codec, or raw. A page that {@code kept} does not have is refused.
     *
     * @param pfn page frame, above the one added before; kept page frames in between are recorded as missing
     * @param stored its stored bytes from {@code offset} on; position and limit are left alone
     * @param raw whether the bytes are not compressed
     * @throws VmcoreException when the page frame is not one to be kept or comes too late, or the length cannot be: a raw page
     *     has exactly the page size, a compressed one less; the file can go on without this page
     * @throws DiskFullException when the disk is full; {@code file.partial} is gone then
     * @throws IOException when it cannot be written; {@code file.partial} is gone then
     */
    void addPage(long pfn, ByteBuffer stored, int offset, int length, boolean raw) throws IOException;

    /**
     * Adds a page of zeros; all of them share one stored page. With level 1 in the dump level that page is the first of the page
     * data even when nobody needs it, as makedumpfile does it; otherwise it is stored when it is first needed.
     */
    void addZeroPage(long pfn) throws IOException;

    /**
     * Adds pages all of which are to be kept, as {@link #addPage} and {@link #addZeroPage} would one by one. Where nothing comes between
     * their bytes in the file these are written as they are, and not summed again.
     *
     * @param stored all their stored bytes, and nothing else; position and limit are left alone
     * @param crc32c CRC-32C of these bytes
     * @throws VmcoreException when one of them cannot be added
     * @throws IOException when it cannot be written; {@code file.partial} is gone then
     */
    default void addRun(StoredRun run, ByteBuffer stored, int crc32c) throws IOException {
        int offset = stored.position();
        for (int page = 0; page < run.pages(); page++) {
            int length = run.length(page);
            if (length == 0) {
                addZeroPage(run.pfn(page));
            } else {
                addPage(run.pfn(page), stored, offset, length, run.raw(page));
            }
            offset += length;
        }
    }

    /** Bytes that were put in so far, headers and holes left out. */
    long size();

    /**
     * Ends the file, syncs it and gives it its final name. The header says that it is incomplete when kept pages are missing
     * or {@code incomplete} is set.
     */
    Summary finish(boolean incomplete) throws IOException;

    /** Throws away what was written unless {@link #finish} was successful. */
    @Override
    void close() throws IOException;

    /**
     * What was written.
     *
     * @param size bytes of the file
     * @param crc32c CRC-32C of the whole file
     * @param pages pages added, zero pages included
     * @param zeroPages pages of zeros
     * @param missing kept pages that were never added
     */
    record Summary(long size, int crc32c, long pages, long zeroPages, long missing) {}
}
