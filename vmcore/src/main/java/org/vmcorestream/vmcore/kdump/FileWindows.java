// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;

/**
 * A part of a file that is being written, which is zeros at first and may be far larger than memory: a fixed number of windows of it
 * are held, the others are in the file. A window that was never changed costs nothing: it is not read, and stays a hole. Window n
 * shares its place in memory with every {@code slots}-th one, so those that lie beside each other are held together. Belongs to one thread.
 */
final class FileWindows {
    private final DraftFile file;
    private final long offset;
    private final long length;
    private final int size;
    private final ByteBuffer[] slots;
    private final long[] held;
    private final boolean[] dirty;

    /** Windows that are in the file. */
    private final BitSet stored = new BitSet();

    /**
     * A part of zeros. Nothing else may write there as long as it is used.
     *
     * @param offset where it begins in the file
     * @param length its bytes
     * @param size bytes of a window, a power of two and a multiple of 8
     * @param slots most windows in memory, a power of two
     */
    FileWindows(DraftFile file, long offset, long length, int size, int slots) {
        if (Integer.bitCount(size) != 1 || size < Long.BYTES || Integer.bitCount(slots) != 1) {
            throw new IllegalArgumentException(slots + " windows of " + size + " bytes, expected powers of two");
        }
        this.file = file;
        this.offset = offset;
        this.length = length;
        this.size = size;
        this.slots = new ByteBuffer[slots];
        held = new long[slots];
        Arrays.fill(held, -1);
        dirty = new boolean[slots];
    }

    /** Bytes of a window; the last one may be shorter in the file. */
    int size() {
        return size;
    }

    /** Number of windows. */
    long windows() {
        return (length + size - 1) / size;
    }

    /** Bytes that the file has of a window. */
    int bytes(long window) {
        return (int) Math.min(size, length - window * size);
    }

    /** A window to look at, little-endian, from index 0; null when all of it is zeros. */
    ByteBuffer look(long window) throws IOException {
        int slot = (int) window & slots.length - 1;
        if (held[slot] == window) {
            return slots[slot];
        }
        return stored.get((int) window) ? load(slot, window) : null;
    }

    /** A window to change, little-endian, from index 0. */
    ByteBuffer change(long window) throws IOException {
        int slot = (int) window & slots.length - 1;
        ByteBuffer bytes = held[slot] == window ? slots[slot] : load(slot, window);
        dirty[slot] = true;
        return bytes;
    }

    private ByteBuffer load(int slot, long window) throws IOException {
        store(slot);
        held[slot] = -1;
        if (slots[slot] == null) {
            // A small part has one window, and that need not be larger than the part.
            int least = (bytes(0) + Long.BYTES - 1) & -Long.BYTES;
            slots[slot] = ByteBuffer.allocate(least).order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer bytes = slots[slot];
        int there = 0;
        if (stored.get((int) window)) {
            there = bytes(window);
            file.read(bytes.clear().limit(there), offset + window * size);
        }
        bytes.clear();
        Arrays.fill(bytes.array(), there, bytes.capacity(), (byte) 0);
        held[slot] = window;
        return bytes;
    }

    /** Writes all that was changed. */
    void flush() throws IOException {
        for (int slot = 0; slot < slots.length; slot++) {
            store(slot);
        }
    }

    private void store(int slot) throws IOException {
        if (dirty[slot]) {
            long window = held[slot];
            file.write(slots[slot].duplicate().clear().limit(bytes(window)), offset + window * size);
            stored.set((int) window);
            dirty[slot] = false;
        }
    }

    /** Bytes of windows that are in memory. */
    long memory() {
        return Arrays.stream(slots)
                .mapToLong(slot -> slot == null ? 0 : slot.capacity())
                .sum();
    }
}
