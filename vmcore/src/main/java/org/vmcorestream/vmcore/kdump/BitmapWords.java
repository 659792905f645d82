// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.VmcoreException;

/** Stored bitmaps compared from one end to the other, a window at a time: 64 page frames a little-endian word. */
final class BitmapWords {
    /** Bytes of a window. */
    static final int WINDOW = 1 << 20;

    private BitmapWords() {}

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
                long different = (a.getLong(i * Long.BYTES) ^ b.getLong(i * Long.BYTES)) & below(pfn, end);
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

    /** The bits of a word that begins at {@code pfn} whose page frames are below {@code end}. */
    private static long below(long pfn, long end) {
        return end < pfn + Long.SIZE ? -1L >>> -end : -1L;
    }
}
