// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.VmcoreException;

/** Stored bitmaps read from one end to the other, a window at a time: 64 page frames a little-endian word. */
final class BitmapWords {
    /** Bytes of a window. */
    static final int WINDOW = 1 << 20;

    private BitmapWords() {}

    /**
     * Counts bits.
     *
     * @param offset where the bitmap lies in the file
     * @param from first page frame
     * @param end page frame behind the last one
     * @param window little-endian, {@value #WINDOW} bytes
     */
    static long count(BoundedInput file, long offset, long from, long end, ByteBuffer window) throws IOException {
        long bits = 0;
        long first = from & -Long.SIZE;
        long windowPfns = (long) WINDOW * Byte.SIZE;
        for (long base = first; base < end; base += windowPfns) {
            long pfns = Math.min(windowPfns, end - base);
            int words = (int) (pfns + Long.SIZE - 1 >>> 6);
            file.read("2nd bitmap", offset + base / Byte.SIZE, window.clear().limit(words * Long.BYTES));
            for (int i = 0; i < words; i++) {
                long pfn = base + (long) i * Long.SIZE;
                bits += Long.bitCount(window.getLong(i * Long.BYTES) & within(pfn, from, end));
            }
        }
        return bits;
    }

    /**
     * Compares a bitmap of two files.
     *
     * @param name of the bitmap, for the message
     * @param offset where it lies, in both of them
     * @param end page frame behind the last one; what is stored of later ones means nothing
     * @throws VmcoreException naming the first page frame in which they differ
     */
    static void requireSame(
            String name, BoundedInput mine, BoundedInput other, long offset, long end, ByteBuffer a, ByteBuffer b)
            throws IOException {
        long windowPfns = (long) WINDOW * Byte.SIZE;
        for (long base = 0; base < end; base += windowPfns) {
            long pfns = Math.min(windowPfns, end - base);
            int words = (int) (pfns + Long.SIZE - 1 >>> 6);
            long at = offset + base / Byte.SIZE;
            mine.read(name, at, a.clear().limit(words * Long.BYTES));
            other.read(name, at, b.clear().limit(words * Long.BYTES));
            if (a.flip().mismatch(b.flip()) < 0) {
                continue;
            }
            for (int i = 0; i < words; i++) {
                long pfn = base + (long) i * Long.SIZE;
                long different = (a.getLong(i * Long.BYTES) ^ b.getLong(i * Long.BYTES)) & within(pfn, 0, end);
                if (different != 0) {
                    int bit = Long.numberOfTrailingZeros(different);
                    throw new VmcoreException(mine.path() + ": " + name + " at offset "
                            + (at + (long) i * Long.BYTES + bit / Byte.SIZE) + " has "
                            + (a.getLong(i * Long.BYTES) >>> bit & 1) + " for page frame " + (pfn + bit)
                            + ", expected that of " + other.path());
                }
            }
        }
    }

    /** The bits of a word that begins at {@code pfn} whose page frames are from {@code from} to {@code end - 1}. */
    private static long within(long pfn, long from, long end) {
        long mask = -1L;
        if (from > pfn) {
            mask &= -1L << from;
        }
        if (end < pfn + Long.SIZE) {
            mask &= -1L >>> -end;
        }
        return mask;
    }
}
