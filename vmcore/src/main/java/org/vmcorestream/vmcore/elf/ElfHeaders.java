// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmcorestream.vmcore.machine.Machine;

/**
 * The front of a new ELF64 little-endian core file, in the order in which it stands in the file:
 *
 * <pre>
 *     0  ELF header, 64 bytes: e_type 4 (core), e_flags 1 when pages are missing (DUMP_ELF_INCOMPLETE of makedumpfile)
 *    64  program header of the notes, 56 bytes
 *   120  program header of each segment of memory, 56 bytes; p_vaddr is p_paddr, as QEMU writes it
 *     .  notes, padded to 8 bytes; 8 more where they end at a whole page
 *     .  bytes of the segments, one behind the other
 * </pre>
 *
 * The bytes of no page begin at a multiple of the page size, for a reason: makedumpfile maps such pages into memory, as far as p_memsz of
 * their segment reaches, and takes what is there of the segments behind for memory of this one. It reads others one by one.
 */
public final class ElfHeaders {
    /** Most segments of memory: e_phnum counts up to 0xfffe, and the notes have a header too. */
    public static final int MAX_LOADS = 0xfffe - 1;

    private static final int HEADER_SIZE = 64;
    private static final int PROGRAM_HEADER_SIZE = 56;
    private static final int ET_CORE = 4;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int INCOMPLETE = 1;

    private final ByteBuffer bytes;
    private final long dataOffset;
    private final int pageSize;
    private long nextOffset;

    /**
     * Headers with notes, and without segments yet.
     *
     * @param machine named by e_machine
     * @param incomplete whether pages are missing
     * @param loads segments that will be added, at most {@link #MAX_LOADS}
     * @param notes all notes, one behind the other
     * @param pageSize of the guest, in bytes
     */
    public ElfHeaders(Machine machine, boolean incomplete, int loads, byte[] notes, int pageSize) {
        if (loads < 0 || loads > MAX_LOADS) {
            throw new IllegalArgumentException(loads + " segments, expected 0 to " + MAX_LOADS);
        }
        this.pageSize = pageSize;
        int notesOffset = HEADER_SIZE + (1 + loads) * PROGRAM_HEADER_SIZE;
        long end = (long) notesOffset + notes.length;
        long padded = end + Long.BYTES - 1 & -Long.BYTES;
        dataOffset = padded % pageSize == 0 ? padded + Long.BYTES : padded;
        nextOffset = dataOffset;
        bytes = ByteBuffer.allocate(Math.toIntExact(dataOffset)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
        bytes.putShort(16, (short) ET_CORE);
        bytes.putShort(18, (short) machine.elfNumber());
        bytes.putInt(20, 1);
        bytes.putLong(32, HEADER_SIZE);
        bytes.putInt(48, incomplete ? INCOMPLETE : 0);
        bytes.putShort(52, (short) HEADER_SIZE);
        bytes.putShort(54, (short) PROGRAM_HEADER_SIZE);
        bytes.putShort(56, (short) (1 + loads));
        bytes.position(HEADER_SIZE);
        put(PT_NOTE, notesOffset, 0, notes.length, notes.length);
        bytes.put(notesOffset, notes);
    }

    /** Adds a segment, which begins at page frame {@code pfn} and has bytes in the file for its first {@code filePages} pages. */
    public void addLoad(long pfn, long pages, long filePages) {
        long offset = filePages == 0 ? 0 : nextOffset;
        put(PT_LOAD, offset, pfn * pageSize, filePages * pageSize, pages * pageSize);
        nextOffset += filePages * pageSize;
    }

    private void put(int type, long offset, long address, long fileSize, long memorySize) {
        bytes.putInt(type).putInt(0).putLong(offset).putLong(address).putLong(address);
        bytes.putLong(fileSize).putLong(memorySize).putLong(0);
    }

    /** Where the bytes of the first segment begin in the file. */
    public long dataOffset() {
        return dataOffset;
    }

    /** Where the bytes of the segments added so far end in the file. */
    public long end() {
        return nextOffset;
    }

    /** The front of the file, up to {@link #dataOffset}. */
    public ByteBuffer bytes() {
        return bytes.duplicate().clear();
    }
}
