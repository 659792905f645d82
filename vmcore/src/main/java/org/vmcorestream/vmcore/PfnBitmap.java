// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

/**
 * One bit for each page frame below an end, in memory. 32 MiB for each TiB of
 * guest memory at 4 KiB pages.
 */
public final class PfnBitmap {
    private final long endPfn;
    private final long[] words;

    /**
     * An empty bitmap for page frames 0 to {@code endPfn - 1}.
     *
     * @throws IllegalArgumentException when {@code endPfn} is negative or above 2^37 (512 TiB at 4 KiB pages)
     */
    public PfnBitmap(long endPfn) {
        if (endPfn < 0 || endPfn > 1L << 37) {
            throw new IllegalArgumentException("bitmap of " + endPfn + " page frames, expected 0 to 2^37");
        }
        this.endPfn = endPfn;
        words = new long[(int) (endPfn + 63 >>> 6)];
    }

    /** Page frame behind the last one. */
    public long endPfn() {
        return endPfn;
    }

    /** Whether the bit of a page frame is set; false at and beyond the end. */
    public boolean get(long pfn) {
        return pfn >= 0 && pfn < endPfn && (words[(int) (pfn >>> 6)] & 1L << pfn) != 0;
    }

    /** Sets the bits of page frames {@code first} to {@code end - 1}. */
    public void set(long first, long end) {
        if (first < 0 || end > endPfn || first > end) {
            throw new IndexOutOfBoundsException("page frames " + first + " to " + end + " of " + endPfn);
        }
        if (first == end) {
            return;
        }
        int from = (int) (first >>> 6);
        int to = (int) (end - 1 >>> 6);
        long head = -1L << first;
        long tail = -1L >>> -end;
        if (from == to) {
            words[from] |= head & tail;
            return;
        }
        words[from] |= head;
        for (int i = from + 1; i < to; i++) {
            words[i] = -1L;
        }
        words[to] |= tail;
    }

    /**
     * Clears the bits of page frames {@code first} to {@code end - 1}.
     *
     * @return number of those that were set
     */
    public long clear(long first, long end) {
        if (first < 0 || end > endPfn || first > end) {
            throw new IndexOutOfBoundsException("page frames " + first + " to " + end + " of " + endPfn);
        }
        long cleared = 0;
        for (long pfn = first; pfn < end; pfn = (pfn | 63) + 1) {
            int i = (int) (pfn >>> 6);
            long mask = -1L << pfn;
            if ((pfn | 63) >= end) {
                mask &= -1L >>> -end;
            }
            cleared += Long.bitCount(words[i] & mask);
            words[i] &= ~mask;
        }
        return cleared;
    }

    /** Number of bits set. */
    public long cardinality() {
        long bits = 0;
        for (long word : words) {
            bits += Long.bitCount(word);
        }
        return bits;
    }

    /** First page frame at or behind {@code pfn} whose bit is set, -1 when there is none. */
    public long nextSet(long pfn) {
        long found = next(pfn, 0);
        return found < endPfn ? found : -1;
    }

    /** First page frame at or behind {@code pfn} whose bit is clear; the end when there is none. */
    public long nextClear(long pfn) {
        return next(pfn, -1L);
    }

    /** The first bit that is not as in {@code skipped}, whose bits are all alike; the end without. */
    private long next(long pfn, long skipped) {
        if (pfn >= endPfn) {
            return endPfn;
        }
        int i = (int) (pfn >>> 6);
        long word = (words[i] ^ skipped) & -1L << pfn;
        while (word == 0) {
            if (++i == words.length) {
                return endPfn;
            }
            word = words[i] ^ skipped;
        }
        return Math.min(endPfn, ((long) i << 6) + Long.numberOfTrailingZeros(word));
    }

    /** 64 bits from page frame {@code 64 * index} on, as stored in a file in little-endian order. */
    public long word(int index) {
        return words[index];
    }

    /** Number of words. */
    public int words() {
        return words.length;
    }
}
