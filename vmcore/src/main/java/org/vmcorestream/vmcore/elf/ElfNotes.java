// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.file.DumpFile;

/**
 * The notes of a core file: CPU registers, QEMU's CPU states, and VMCOREINFO. They are carried as they stand; only the
 * last is read.
 *
 * <pre>
 *   0  n_namesz   bytes of the owner's name with its NUL
 *   4  n_descsz   bytes of the description
 *   8  n_type
 *  12  name, padded to 4 bytes
 *   .  description, padded to 4 bytes
 * </pre>
 *
 * Some dump tools leave zeros behind the last note; a header of zeros ends the notes of its segment.
 *
 * @param bytes all note segments one behind the other, each padded to 4 bytes
 * @param vmcoreInfo description of the note with the owner VMCOREINFO, empty when there is none
 * @param prStatusCount number of NT_PRSTATUS notes: one for each CPU
 */
public record ElfNotes(byte[] bytes, Optional<byte[]> vmcoreInfo, int prStatusCount) {
    private static final int NOTE_HEADER = 12;
    private static final int NT_PRSTATUS = 1;
    private static final byte[] CORE = name("CORE");
    private static final byte[] VMCOREINFO = name("VMCOREINFO");

    /** Notes are a few KiB a CPU; 8,192 CPUs with QEMU's notes are below 8 MiB. */
    static final int MAX_BYTES = 64 << 20;

    /**
     * Reads all notes.
     *
     * @throws CorruptVmcoreException when a note does not fit its segment
     */
    public static ElfNotes read(DumpFile file, List<Segment> segments) throws IOException {
        long total = 0;
        for (Segment segment : segments) {
            total += padded(segment.fileSize());
            if (total > MAX_BYTES) {
                throw new CorruptVmcoreException(file.path() + ": notes of more than " + MAX_BYTES
                        + " bytes at program header " + segment.index() + ", expected less");
            }
        }
        ByteBuffer all = ByteBuffer.allocate((int) total).order(ByteOrder.LITTLE_ENDIAN);
        NoteScan scan = new NoteScan(file.path(), all);
        for (Segment segment : segments) {
            int start = all.position();
            all.limit(start + (int) segment.fileSize());
            file.read(segment.offset(), all);
            scan.scan(start, all.limit(), segment.offset());
            all.limit(all.capacity()).position(start + (int) padded(segment.fileSize()));
        }
        return scan.found();
    }

    /**
     * Takes notes apart that were read already.
     *
     * @param source name of the file, for messages
     * @param notes the notes, one behind the other
     * @param offset where they are in the file
     * @throws CorruptVmcoreException when a note does not fit
     */
    public static ElfNotes of(Path source, byte[] notes, long offset) throws CorruptVmcoreException {
        ByteBuffer all = ByteBuffer.wrap(Arrays.copyOf(notes, (int) padded(notes.length)))
                .order(ByteOrder.LITTLE_ENDIAN);
        NoteScan scan = new NoteScan(source, all);
        scan.scan(0, notes.length, offset);
        return scan.found();
    }

    /** Looks for what matters, stretch by stretch. */
    private static final class NoteScan {
        private final Path source;
        private final ByteBuffer all;
        private byte[] vmcoreInfo;
        private int cpus;

        NoteScan(Path source, ByteBuffer all) {
            this.source = source;
            this.all = all;
        }

        void scan(int start, int end, long offset) throws CorruptVmcoreException {
            int at = start;
            while (end - at >= NOTE_HEADER) {
                long nameSize = Integer.toUnsignedLong(all.getInt(at));
                long size = Integer.toUnsignedLong(all.getInt(at + 4));
                int type = all.getInt(at + 8);
                if (nameSize == 0 && size == 0 && type == 0) {
                    break;
                }
                long description = at + NOTE_HEADER + padded(nameSize);
                if (description + size > end) {
                    throw new CorruptVmcoreException(source + ": note at offset " + (offset + at - start)
                            + " with a name of " + nameSize + " and a description of " + size
                            + " bytes, expected it to fit the " + (end - at) + " bytes left of its segment");
                }
                if (isOwner(all, at, nameSize, VMCOREINFO) && vmcoreInfo == null) {
                    vmcoreInfo = Arrays.copyOfRange(all.array(), (int) description, (int) (description + size));
                } else if (isOwner(all, at, nameSize, CORE) && type == NT_PRSTATUS) {
                    cpus++;
                }
                at = (int) Math.min(end, description + padded(size));
            }
        }

        ElfNotes found() {
            return new ElfNotes(all.array(), Optional.ofNullable(vmcoreInfo), cpus);
        }
    }

    private static boolean isOwner(ByteBuffer notes, int at, long nameSize, byte[] owner) {
        return nameSize >= owner.length - 1
                && nameSize <= owner.length
                && notes.slice(at + NOTE_HEADER, (int) nameSize).equals(ByteBuffer.wrap(owner, 0, (int) nameSize));
    }

    private static long padded(long size) {
        return size + 3 & ~3L;
    }

    private static byte[] name(String owner) {
        return (owner + "\0").getBytes(StandardCharsets.US_ASCII);
    }
}
