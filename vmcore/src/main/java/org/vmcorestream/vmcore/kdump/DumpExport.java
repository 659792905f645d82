// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.file.Path;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.file.DumpTarget;

/**
 * Writes a stored dump once more, in another form. All cores take part where pages change their codec. Memory is a few MiB, 2 more for each core,
 * and the notes, whatever the size of the dump.
 */
public final class DumpExport {
    /** Told how far the writing is. */
    @FunctionalInterface
    public interface Progress {
        /** {@code done} of {@code total} pages are written. */
        void at(long done, long total);
    }

    /**
     * What was written.
     *
     * @param size bytes of the file
     * @param pages pages that the dump keeps, missing ones included
     * @param zeroPages pages of zeros among them that cost nothing
     * @param missing pages that the dump should have and has not
     * @param incomplete whether the file says that it is incomplete, as the dump did
     * @param segments segments of memory of an ELF file, 0 for a kdump file
     * @param blanks pages left out of the dump that stand as zeros within segments of an ELF file
     */
    public record Summary(
            long size, long pages, long zeroPages, long missing, boolean incomplete, int segments, long blanks) {}

    private DumpExport() {}

    /**
     * A file on disk: written as {@code NAME.partial}, replacing an older one that nobody writes to, it gets its name only when it is
     * whole and on disk. Its owner alone can read it.
     *
     * @throws IOException when it cannot be created, or somebody else is writing it
     */
    public static DumpTarget file(Path file) throws IOException {
        return PartialFile.create(file, PartialFile.ON_DISK);
    }

    /**
     * Writes a kdump file, header version 6, that is not split. Pages that are stored in its codec already are copied as they are.
     *
     * @param codec of its pages, one that a kdump file can hold; null for pages that are not compressed
     * @param target where it goes
     * @throws org.vmcorestream.vmcore.VmcoreException when the dump turns out to be damaged
     * @throws IOException when it cannot be read or the target cannot be written
     */
    public static Summary kdump(StoredDump dump, PageCodec codec, DumpTarget.Opener target, Progress progress)
            throws IOException {
        try (DumpTarget out = target.open(KdumpExport.most(dump))) {
            Summary summary = new KdumpExport(dump, codec, out).write(progress);
            out.commit();
            return summary;
        }
    }

    /**
     * Writes an ELF core file as {@code makedumpfile -E} does: pages that are left out are memory without bytes in the file. Where that
     * would make more segments than an ELF header can count, those of short runs stand as zeros.
     *
     * @param target where it goes
     * @throws org.vmcorestream.vmcore.VmcoreException when the dump turns out to be damaged, or is of a machine without a number here
     * @throws IOException when it cannot be read or the target cannot be written
     */
    public static Summary elf(StoredDump dump, DumpTarget.Opener target, Progress progress) throws IOException {
        return ElfExport.write(dump, target, progress);
    }
}
