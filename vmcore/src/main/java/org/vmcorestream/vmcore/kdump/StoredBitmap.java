// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A bitmap that stays in its file. In memory are one section of 4 KiB (32,768 page frames) and, once somebody asks for a rank,
 * one number for each section: a hostile file cannot make it more than a 4,096th of the bitmap it claims to have.
 */
final class StoredBitmap {
    private static final int SECTION_BYTES = 4096;
    private static final int SECTION_SHIFT = 15;
    private static final int SECTION_MASK = (1 << SECTION_SHIFT) - 1;
    private static final int SCAN_SECTIONS = 256;

    private final BoundedInput file;
    private final String name;
    private final long offset;
    private final long endPfn;
    private final ByteBuffer section = ByteBuffer.allocate(SECTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long loaded = -1;
    private long[] ranks;

    /** A bitmap of page frames 0 to {@code endPfn - 1}, whose blocks are known to lie within the file. */
    StoredBitmap(BoundedInput file, String name, long offset, long endPfn) {
        this.file = file;
        this.name = name;
        this.offset = offset;
        this.endPfn = endPfn;
    }

    /** The same bitmap for another thread, which shares what was counted. */
    StoredBitmap copy() {
        StoredBitmap copy = new StoredBitmap(file, name, offset, endPfn);
        copy.ranks = ranks;
        return copy;
    }

    boolean get(long pfn) throws IOException {
        if (pfn < 0 || pfn >= endPfn) {
            return false;
        }
        load(pfn >>> SECTION_SHIFT);
        return (word(pfn) & 1L << pfn) != 0;
    }

    /** First page frame at or behind {@code pfn} whose bit is set, -1 when there is none. */
    long nextSet(long pfn) throws IOException {
        for (long at = Math.max(pfn, 0); at < endPfn; at = (at | 63) + 1) {
            load(at >>> SECTION_SHIFT);
            long word = word(at) & -1L << at;
            if (word != 0) {
                long found = (at & ~63L) + Long.numberOfTrailingZeros(word);
                return found < endPfn ? found : -1;
            }
        }
        return -1;
    }

    /** First page frame at or behind {@code pfn} whose bit is clear; the end when there is none. */
    long nextClear(long pfn) throws IOException {
        for (long at = Math.max(pfn, 0); at < endPfn; at = (at | 63) + 1) {
            load(at >>> SECTION_SHIFT);
            long word = ~word(at) & -1L << at;
            if (word != 0) {
                return Math.min(endPfn, (at & ~63L) + Long.numberOfTrailingZeros(word));
            }
        }
        return endPfn;
    }

    /** Number of bits set below {@code pfn}, which is at most the end. */
    long rank(long pfn) throws IOException {
        if (ranks == null) {
            ranks = scan();
        }
        long count = ranks[(int) (pfn >>> SECTION_SHIFT)];
        if ((pfn & SECTION_MASK) != 0) {
            load(pfn >>> SECTION_SHIFT);
            for (long at = pfn & ~SECTION_MASK; at < (pfn & ~63L); at += Long.SIZE) {
                count += Long.bitCount(word(at));
            }
            if ((pfn & 63) != 0) {
                count += Long.bitCount(word(pfn) & ~(-1L << pfn));
            }
        }
        return count;
    }

    /** Number of bits set. */
    long cardinality() throws IOException {
        return rank(endPfn);
    }

    private long[] scan() throws IOException {
        int sections = (int) (endPfn + SECTION_MASK >>> SECTION_SHIFT);
        long[] counts = new long[sections + 1];
        ByteBuffer scanned = ByteBuffer.allocate(SCAN_SECTIONS * SECTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long bits = 0;
        for (int i = 0; i < sections; i += SCAN_SECTIONS) {
            int step = Math.min(SCAN_SECTIONS, sections - i);
            file.read(name, offset + (long) i * SECTION_BYTES, scanned.clear().limit(step * SECTION_BYTES));
            for (int k = 0; k < step; k++) {
                for (int at = k * SECTION_BYTES; at < (k + 1) * SECTION_BYTES; at += Long.BYTES) {
                    bits += Long.bitCount(scanned.getLong(at));
                }
                counts[i + k + 1] = bits;
            }
        }
        return counts;
    }

    private void load(long index) throws IOException {
        if (index != loaded) {
            loaded = -1;
            file.read(name, offset + index * SECTION_BYTES, section.clear());
            loaded = index;
        }
    }

    private long word(long pfn) {
        return section.getLong((int) (pfn & SECTION_MASK) >>> 6 << 3);
    }
}
