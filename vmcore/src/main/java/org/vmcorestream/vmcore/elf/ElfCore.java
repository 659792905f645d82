// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.NotAVmcoreException;
import org.vmcorestream.vmcore.TruncatedVmcoreException;
import org.vmcorestream.vmcore.UnsupportedVmcoreException;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.machine.Machine;

/**
 * The headers of an ELF64 little-endian core file. Program headers may be anywhere in the file: QEMU puts section headers
 * in front of them.
 *
 * <pre>
 *  ELF header          program header       section header 0
 *   0 magic 7f E L F    0 p_type            44 sh_info: number of program headers
 *   4 class, 2 = 64     4 p_flags                       where e_phnum is PN_XNUM
 *   5 data, 1 = LE      8 p_offset
 *  16 e_type, 4 = core 16 p_vaddr
 *  18 e_machine        24 p_paddr
 *  32 e_phoff          32 p_filesz
 *  40 e_shoff          40 p_memsz
 *  54 e_phentsize, 56  48 p_align
 *  56 e_phnum
 * </pre>
 *
 * @param machine what e_machine says
 * @param loads segments of memory, in the order of their headers
 * @param notes segments of notes, in the order of their headers
 */
public record ElfCore(Machine machine, List<Segment> loads, List<Segment> notes) {
    private static final int HEADER_SIZE = 64;
    private static final int PROGRAM_HEADER_SIZE = 56;
    private static final int SECTION_HEADER_SIZE = 64;
    private static final int ELF_MAGIC = 0x464c457f;
    private static final int ET_CORE = 4;
    private static final int PN_XNUM = 0xffff;

    /** Program headers are for ranges of memory and CPUs; a million of them is more than any machine has. */
    static final int MAX_PROGRAM_HEADERS = 1 << 20;

    /** More than any file can hold: physical addresses of x86-64 and aarch64 have at most 52 bits. */
    private static final long PHYSICAL_LIMIT = 1L << 52;

    /** Physical address of a segment that has none. */
    private static final long NO_PHYSICAL_ADDRESS = -1;

    /** Program headers read at once. */
    private static final int BATCH = 4096;

    /**
     * Reads and checks all headers.
     *
     * @throws org.vmcorestream.vmcore.VmcoreException when the file is no such core file, or not whole
     */
    public static ElfCore read(DumpFile file) throws IOException {
        ByteBuffer header = header(file);
        Machine machine = checkIdentity(file, header);
        long offset = header.getLong(32);
        long count = headerCount(file, header);
        int entrySize = Short.toUnsignedInt(header.getShort(54));
        if (entrySize != PROGRAM_HEADER_SIZE) {
            throw new CorruptVmcoreException(file.path() + ": program headers of " + entrySize
                    + " bytes (e_phentsize at offset 54), expected " + PROGRAM_HEADER_SIZE);
        }
        if (count == 0 || count > MAX_PROGRAM_HEADERS) {
            throw new CorruptVmcoreException(
                    file.path() + ": " + count + " program headers, expected 1 to " + MAX_PROGRAM_HEADERS);
        }
        requireInFile(file, "program headers", offset, count * PROGRAM_HEADER_SIZE);
        return readSegments(file, machine, offset, (int) count);
    }

    /** What the segments say of phys_base, for kernels whose VMCOREINFO does not; empty where they do not say it. */
    public OptionalLong physBase() {
        return loads.stream()
                .map(segment -> machine.physBase(segment.virt(), segment.phys()))
                .filter(OptionalLong::isPresent)
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    private static ByteBuffer header(DumpFile file) throws IOException {
        if (file.size() == 0) {
            throw new NotAVmcoreException(file.path() + ": is empty, expected a vmcore");
        }
        ByteBuffer header = buffer((int) Math.min(HEADER_SIZE, file.size()));
        file.read(0, header);
        header.flip();
        OtherFormats.refuse(file.path(), header);
        if (header.remaining() < 4 || header.getInt(0) != ELF_MAGIC) {
            throw new NotAVmcoreException(file.path() + ": does not begin with 7f 45 4c 46 (ELF), expected a vmcore");
        }
        if (header.remaining() < HEADER_SIZE) {
            throw new TruncatedVmcoreException(
                    file.path() + ": ends at offset " + file.size() + ", within the ELF header of 64 bytes");
        }
        return header;
    }

    private static Machine checkIdentity(DumpFile file, ByteBuffer header) throws IOException {
        if (header.get(4) != 2) {
            throw new UnsupportedVmcoreException(
                    file.path() + ": ELF class " + header.get(4) + " at offset 4, expected 2 (64 bit)");
        }
        if (header.get(5) != 1) {
            throw new UnsupportedVmcoreException(
                    file.path() + ": ELF byte order " + header.get(5) + " at offset 5, expected 1 (little-endian)");
        }
        int number = Short.toUnsignedInt(header.getShort(18));
        Machine machine = Machine.ofElf(number)
                .orElseThrow(() -> new UnsupportedVmcoreException(file.path() + ": ELF machine " + number
                        + " at offset 18, expected that of " + Machine.names()));
        int type = Short.toUnsignedInt(header.getShort(16));
        if (type != ET_CORE) {
            throw new NotAVmcoreException(file.path() + ": ELF type " + type + " at offset 16, expected 4 (core file)");
        }
        return machine;
    }

    private static long headerCount(DumpFile file, ByteBuffer header) throws IOException {
        int count = Short.toUnsignedInt(header.getShort(56));
        if (count != PN_XNUM) {
            return count;
        }
        long sections = header.getLong(40);
        requireInFile(
                file, "section header 0, which holds the number of program headers,", sections, SECTION_HEADER_SIZE);
        ByteBuffer section = buffer(SECTION_HEADER_SIZE);
        file.read(sections, section);
        return Integer.toUnsignedLong(section.getInt(44));
    }

    private static ElfCore readSegments(DumpFile file, Machine machine, long offset, int count) throws IOException {
        List<Segment> loads = new ArrayList<>();
        List<Segment> notes = new ArrayList<>();
        ByteBuffer batch = buffer(Math.min(count, BATCH) * PROGRAM_HEADER_SIZE);
        for (int first = 0; first < count; first += BATCH) {
            int here = Math.min(BATCH, count - first);
            batch.clear().limit(here * PROGRAM_HEADER_SIZE);
            file.read(offset + (long) first * PROGRAM_HEADER_SIZE, batch);
            for (int i = 0; i < here; i++) {
                Segment segment = segment(batch, i * PROGRAM_HEADER_SIZE, first + i);
                if (segment.type() == Segment.PT_NOTE) {
                    requireInFile(file, name(segment), segment.offset(), segment.fileSize());
                    notes.add(segment);
                } else if (segment.type() == Segment.PT_LOAD && isMemory(segment)) {
                    checkMemory(file, segment);
                    loads.add(segment);
                }
            }
        }
        return new ElfCore(machine, List.copyOf(loads), List.copyOf(notes));
    }

    private static Segment segment(ByteBuffer batch, int at, int index) {
        return new Segment(
                index,
                batch.getInt(at),
                batch.getLong(at + 8),
                batch.getLong(at + 16),
                batch.getLong(at + 24),
                batch.getLong(at + 32),
                batch.getLong(at + 40));
    }

    private static boolean isMemory(Segment segment) {
        return segment.phys() != NO_PHYSICAL_ADDRESS && segment.memorySize() != 0;
    }

    private static void checkMemory(DumpFile file, Segment segment) throws IOException {
        if (segment.phys() < 0
                || segment.phys() > PHYSICAL_LIMIT
                || segment.memorySize() < 0
                || segment.memorySize() > PHYSICAL_LIMIT - segment.phys()) {
            throw new CorruptVmcoreException(file.path() + ": " + name(segment) + " has "
                    + Long.toUnsignedString(segment.memorySize()) + " bytes of memory at physical address 0x"
                    + Long.toHexString(segment.phys()) + ", expected all of it below 2^52");
        }
        if (segment.fileSize() < 0 || segment.fileSize() > segment.memorySize()) {
            throw new CorruptVmcoreException(file.path() + ": " + name(segment) + " has p_filesz "
                    + Long.toUnsignedString(segment.fileSize()) + ", expected at most its p_memsz "
                    + segment.memorySize());
        }
        if (segment.fileSize() > 0) {
            requireInFile(file, name(segment), segment.offset(), segment.fileSize());
        }
    }

    private static String name(Segment segment) {
        return (segment.type() == Segment.PT_NOTE ? "notes" : "memory") + " of program header " + segment.index();
    }

    /** The end of what a header points at has to be within the file: capturing would silently lose pages otherwise. */
    private static void requireInFile(DumpFile file, String what, long offset, long length) throws IOException {
        if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length) {
            throw new CorruptVmcoreException(file.path() + ": " + what + " at offset 0x" + Long.toHexString(offset)
                    + " with " + Long.toUnsignedString(length) + " bytes, expected an offset that a file can have");
        }
        if (offset + length > file.size()) {
            throw new TruncatedVmcoreException(file.path() + ": ends at offset " + file.size() + ", but " + what
                    + " should reach from offset " + offset + " to " + (offset + length));
        }
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
