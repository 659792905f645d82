// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/** The new vmcore while it is written: physical memory that can be read and changed, with room for new pages at its end. */
final class GuestFile {
    static final int PAGE = 4096;

    private final FileChannel channel;
    private final List<Piece> pieces;
    private final Piece arena;
    private final ByteBuffer word = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long allocated;

    /**
     * @param pieces memory that was written already
     * @param arena where new pages may come
     */
    GuestFile(FileChannel channel, List<Piece> pieces, Piece arena) {
        this.channel = channel;
        this.arena = arena;
        this.pieces = new ArrayList<>(pieces);
        this.pieces.add(arena);
    }

    /** The 64-bit word at a physical address. */
    long get(long phys) throws IOException {
        word.clear();
        read(phys, word);
        return word.getLong(0);
    }

    /** Changes the 64-bit word at a physical address. */
    void put(long phys, long value) throws IOException {
        word.clear().putLong(0, value);
        write(phys, word);
    }

    /** Fills what remains of a buffer; bytes behind the end of the file are zeros. */
    void read(long phys, ByteBuffer into) throws IOException {
        long at = offset(phys, into.remaining());
        while (into.hasRemaining()) {
            int count = channel.read(into, at);
            if (count < 0) {
                if (!arena.contains(phys)) {
                    throw new EOFException("the file ends at offset " + at);
                }
                while (into.hasRemaining()) {
                    into.put((byte) 0);
                }
                return;
            }
            at += count;
        }
    }

    /** Writes what remains of a buffer. */
    void write(long phys, ByteBuffer from) throws IOException {
        writeAt(offset(phys, from.remaining()), from);
    }

    /** Writes what remains of a buffer at an offset of the file. */
    void writeAt(long offset, ByteBuffer from) throws IOException {
        long at = offset;
        while (from.hasRemaining()) {
            at += channel.write(from, at);
        }
    }

    /** A new page of zeros; its physical address. */
    long allocate() {
        if (allocated == arena.length()) {
            throw new GuestException("new tables of more than " + arena.length() + " bytes, expected a smaller guest");
        }
        allocated += PAGE;
        return arena.phys() + allocated - PAGE;
    }

    /** The new pages. */
    Piece newPages() {
        return new Piece(arena.phys(), allocated, arena.offset());
    }

    private long offset(long phys, int length) {
        for (Piece piece : pieces) {
            if (piece.contains(phys) && phys + length <= piece.end()) {
                return piece.offset() + (phys - piece.phys());
            }
        }
        throw new GuestException("physical address 0x" + Long.toHexString(phys)
                + " is not in the given vmcore, expected a kernel table");
    }
}
