// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the ELF64 core file: header, program headers (one PT_NOTE, then a PT_LOAD for each range of memory), notes,
 * memory. Pages of zeros are left out of a file that is then as long as it has to be, so it is sparse where the file system
 * can do so.
 */
final class ElfFile {
    private static final int EHDR = 64;
    private static final int PHDR = 56;
    private static final int SHDR = 64;
    private static final int PN_XNUM = 0xffff;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int ET_CORE = 4;
    private static final int NT_PRSTATUS = 1;
    private static final int PRSTATUS_SIZE = 336;
    private static final int ODD = 0x4b4;
    private static final int BATCH = 1 << 20;

    private record Segment(long offset, long virtual, long physical, long fileSize, long memorySize) {}

    private final Description description;
    private final GuestMemory memory;
    private final byte[] notes;
    private final byte[] zeros;

    ElfFile(Description description, GuestMemory memory, String vmcoreInfo) {
        this.description = description;
        this.memory = memory;
        zeros = new byte[memory.pageSize()];
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int cpu = 0; cpu < description.cpus; cpu++) {
            byte[] status = new byte[PRSTATUS_SIZE];
            status[32] = (byte) (cpu + 1);
            note(bytes, "CORE", NT_PRSTATUS, status);
        }
        if (description.elf == Description.ElfLayout.QEMU) {
            for (int cpu = 0; cpu < description.cpus; cpu++) {
                note(bytes, "QEMU", 0, new byte[440]);
            }
        }
        if (!description.unset.contains("VMCOREINFO")) {
            note(bytes, "VMCOREINFO", 0, vmcoreInfo.getBytes(StandardCharsets.ISO_8859_1));
        }
        notes = bytes.toByteArray();
    }

    /** Adds a note to others. */
    static void note(ByteArrayOutputStream into, String name, int type, byte[] content) {
        byte[] nameBytes = (name + '\0').getBytes(StandardCharsets.US_ASCII);
        ByteBuffer header = littleEndian(12);
        header.putInt(nameBytes.length).putInt(content.length).putInt(type);
        into.writeBytes(header.array());
        into.writeBytes(nameBytes);
        into.writeBytes(new byte[-nameBytes.length & 3]);
        into.writeBytes(content);
        into.writeBytes(new byte[-content.length & 3]);
    }

    void write(Path file, MappedRange image) throws IOException {
        boolean qemu = description.elf == Description.ElfLayout.QEMU;
        int sections = qemu ? 2 : description.elf == Description.ElfLayout.XNUM ? 1 : 0;
        int programHeaders =
                1 + description.memory.size() + (description.elf == Description.ElfLayout.PROC_VMCORE ? 1 : 0);
        // QEMU: section headers stand between the ELF header and the program headers.
        long programAt = EHDR + (qemu ? (long) sections * SHDR : 0);
        long sectionsAt = sections == 0 ? 0 : qemu ? EHDR : programAt + (long) programHeaders * PHDR;
        long notesAt = programAt + (long) programHeaders * PHDR + (qemu ? 0 : (long) sections * SHDR);
        List<Segment> segments = segments(image, notesAt + notes.length);
        long end = segments.stream()
                .mapToLong(segment -> segment.offset() + segment.fileSize())
                .max()
                .orElseThrow();

        ByteBuffer head = littleEndian(Math.toIntExact(notesAt) + notes.length);
        elfHeader(head, programAt, programHeaders, sectionsAt, sections);
        head.position(Math.toIntExact(programAt));
        programHeader(head, PT_NOTE, new Segment(notesAt, 0, 0, notes.length, notes.length));
        segments.forEach(segment -> programHeader(head, PT_LOAD, segment));
        if (sections > 0) {
            // Section header 0: sh_info, at 44, is the number of program headers.
            head.putInt(Math.toIntExact(sectionsAt) + 44, programHeaders);
        }
        head.position(Math.toIntExact(notesAt));
        head.put(notes);
        head.rewind();
        try (FileChannel channel = FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            writeAll(channel, head, 0);
            for (Segment segment : segments) {
                writeSegment(channel, segment);
            }
            if (channel.size() < end) {
                writeAll(channel, ByteBuffer.allocate(1), end - 1);
            }
        }
    }

    private List<Segment> segments(MappedRange image, long from) {
        boolean direct = description.elf == Description.ElfLayout.PROC_VMCORE;
        List<ByteRange> backed = description.backed();
        List<Segment> segments = new ArrayList<>();
        long at = from;
        if (direct) {
            at = aligned(at, image.physical());
            segments.add(new Segment(at, image.virtual(), image.physical(), image.length(), image.length()));
            at += image.length();
        }
        for (int i = 0; i < backed.size(); i++) {
            ByteRange range = description.memory.get(i);
            at = aligned(at, range.start());
            long virtual = direct ? description.pageOffset() + range.start() : range.start();
            segments.add(new Segment(at, virtual, range.start(), backed.get(i).length(), range.length()));
            at += backed.get(i).length();
        }
        return segments;
    }

    /** Next offset for a segment that begins at a physical address: congruent to it, or on purpose not so. */
    private long aligned(long at, long physical) {
        long page = memory.pageSize();
        return switch (description.elf) {
            case QEMU -> at;
            case UNALIGNED -> (at + page - 1) / page * page + ODD;
            default -> (at + page - 1) / page * page + (physical & page - 1);
        };
    }

    private void elfHeader(ByteBuffer head, long programAt, int programHeaders, long sectionsAt, int sections) {
        head.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
        head.position(16);
        head.putShort((short) ET_CORE)
                .putShort((short) description.machine.elfNumber())
                .putInt(1);
        head.putLong(0).putLong(programAt).putLong(sectionsAt);
        head.putInt(0).putShort((short) EHDR).putShort((short) PHDR);
        head.putShort((short) (description.elf == Description.ElfLayout.XNUM ? PN_XNUM : programHeaders));
        head.putShort((short) (sections == 0 ? 0 : SHDR))
                .putShort((short) sections)
                .putShort((short) 0);
    }

    private static void programHeader(ByteBuffer head, int type, Segment segment) {
        head.putInt(type).putInt(0);
        head.putLong(segment.offset()).putLong(segment.virtual()).putLong(segment.physical());
        head.putLong(segment.fileSize()).putLong(segment.memorySize()).putLong(0);
    }

    private void writeSegment(FileChannel channel, Segment segment) throws IOException {
        long end = segment.physical() + segment.fileSize();
        long from = segment.physical();
        // Pages with contents are gathered; pages of zeros and a full batch send off what was gathered before them.
        ByteBuffer batch = ByteBuffer.allocate((int) Math.min(BATCH, segment.fileSize()));
        while (from < end) {
            long pfn = from >> memory.pageShift();
            long to = Math.min(end, pfn + 1 << memory.pageShift());
            byte[] page = memory.raw(pfn);
            boolean zero = Arrays.equals(page, zeros);
            if (zero || batch.remaining() < to - from) {
                send(channel, batch, segment.offset() + from - segment.physical());
            }
            if (!zero) {
                batch.put(page, (int) (from - (pfn << memory.pageShift())), (int) (to - from));
            }
            from = to;
        }
        send(channel, batch, segment.offset() + segment.fileSize());
    }

    /** Writes a batch that ends at an offset of the file. */
    private static void send(FileChannel channel, ByteBuffer batch, long end) throws IOException {
        batch.flip();
        writeAll(channel, batch, end - batch.remaining());
        batch.clear();
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
