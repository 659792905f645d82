// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The headers of the new vmcore: ELF header, program headers, notes. {@link org.vmcorestream.vmcore.elf.ElfCore} has their
 * fields.
 */
final class ElfHeaders {
    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int ET_CORE = 4;
    private static final int EM_X86_64 = 62;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;

    private ElfHeaders() {}

    /**
     * Headers and notes, for the beginning of the file.
     *
     * @param notes all notes, as they stand in the real guest's vmcore
     * @param memory one PT_LOAD for each
     * @param room most bytes
     */
    static ByteBuffer of(byte[] notes, List<Piece> memory, long room) {
        long size = HEADER + (memory.size() + 1L) * PROGRAM_HEADER + notes.length;
        if (size > room || memory.size() + 1 >= 0xffff) {
            throw new GuestException(memory.size() + " segments of memory and " + notes.length
                    + " bytes of notes, expected headers of at most " + room + " bytes");
        }
        ByteBuffer headers = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        headers.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
        headers.putShort((short) ET_CORE).putShort((short) EM_X86_64).putInt(1);
        headers.putLong(0).putLong(HEADER).putLong(0).putInt(0);
        headers.putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) (memory.size() + 1));
        headers.position(HEADER);
        long notesAt = size - notes.length;
        program(headers, PT_NOTE, notesAt, 0, notes.length);
        for (Piece piece : memory) {
            program(headers, PT_LOAD, piece.offset(), piece.phys(), piece.length());
        }
        return headers.put(notes).flip();
    }

    private static void program(ByteBuffer headers, int type, long offset, long phys, long length) {
        headers.putInt(type).putInt(0).putLong(offset).putLong(phys).putLong(phys);
        headers.putLong(length).putLong(length).putLong(0);
    }
}
