// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One bit for each page frame below an end, all clear at first, least significant bit first. It lies in the file that is being
 * written, and a bounded number of windows of it in memory, however far the end is: asking for page frames that lie close together is as
 * fast as asking memory. Belongs to one thread.
 */
public final class DraftBitmap {
    private final FileWindows windows;
    private final long endPfn;
    private final int shift;
    private final long mask;

    DraftBitmap(FileWindows windows, long endPfn) {
        this.windows = windows;
        this.endPfn = endPfn;
        shift = Integer.numberOfTrailingZeros(windows.size()) + 3;
        mask = (1L << shift) - 1;
    }

    /** Page frame behind the last one. */
    public long endPfn() {
        return endPfn;
    }

    /** Whether the bit of a page frame is set; false at and beyond the end. */
    public boolean get(long pfn) throws IOException {
        if (pfn < 0 || pfn >= endPfn) {
            return false;
        }
        ByteBuffer window = windows.look(pfn >>> shift);
        return window != null && (window.getLong(at(pfn)) & 1L << pfn) != 0;
    }

    /** Sets the bits of page frames {@code first} to {@code end - 1}. */
    public void set(long first, long end) throws IOException {
        require(first, end);
        for (long pfn = first; pfn < end; ) {
            long until = Math.min(end, (pfn | mask) + 1);
            ByteBuffer window = windows.change(pfn >>> shift);
            for (; pfn < until; pfn = (pfn | 63) + 1) {
                int at = at(pfn);
                window.putLong(at, window.getLong(at) | within(pfn, until));
            }
            pfn = until;
        }
    }

    /**
     * Clears the bits of page frames {@code first} to {@code end - 1}.
     *
     * @return number of those that were set
     */
    public long clear(long first, long end) throws IOException {
        require(first, end);
        long cleared = 0;
        for (long pfn = first; pfn < end; ) {
            long until = Math.min(end, (pfn | mask) + 1);
            if (windows.look(pfn >>> shift) != null) {
                ByteBuffer window = windows.change(pfn >>> shift);
                for (; pfn < until; pfn = (pfn | 63) + 1) {
                    int at = at(pfn);
                    long bits = window.getLong(at) & within(pfn, until);
                    cleared += Long.bitCount(bits);
                    window.putLong(at, window.getLong(at) ^ bits);
                }
            }
            pfn = until;
        }
        return cleared;
    }

    /** Number of bits set of page frames {@code first} to {@code end - 1}. */
    public long cardinality(long first, long end) throws IOException {
        require(first, end);
        long bits = 0;
        for (long pfn = first; pfn < end; ) {
            long until = Math.min(end, (pfn | mask) + 1);
            ByteBuffer window = windows.look(pfn >>> shift);
            for (; window != null && pfn < until; pfn = (pfn | 63) + 1) {
                bits += Long.bitCount(window.getLong(at(pfn)) & within(pfn, until));
            }
            pfn = until;
        }
        return bits;
    }

    /** First page frame from {@code pfn} to {@code end - 1} whose bit is set, {@code end} when there is none. Looks no further. */
    public long nextSet(long pfn, long end) throws IOException {
        return next(pfn, end, 0);
    }

    /** First page frame from {@code pfn} to {@code end - 1} whose bit is clear, {@code end} when there is none. Looks no further. */
    public long nextClear(long pfn, long end) throws IOException {
        return next(pfn, end, -1L);
    }

    /** The first bit that is not as in {@code skipped}, whose bits are all alike. */
    private long next(long first, long end, long skipped) throws IOException {
        require(first, Math.max(first, end));
        for (long pfn = first; pfn < end; ) {
            long until = Math.min(end, (pfn | mask) + 1);
            ByteBuffer window = windows.look(pfn >>> shift);
            if (window == null && skipped != 0) {
                return pfn;
            }
            for (; window != null && pfn < until; pfn = (pfn | 63) + 1) {
                long word = (window.getLong(at(pfn)) ^ skipped) & -1L << pfn;
                if (word != 0) {
                    return Math.min(end, (pfn & -Long.SIZE) + Long.numberOfTrailingZeros(word));
                }
            }
            pfn = until;
        }
        return Math.max(first, end);
    }

    /** Where the word of a page frame is in its window. */
    private int at(long pfn) {
        return (int) ((pfn & mask) >>> 6) << 3;
    }

    /** The bits of the word of {@code pfn} from it on whose page frames are below {@code end}. */
    private static long within(long pfn, long end) {
        long bits = -1L << pfn;
        return (pfn | 63) < end ? bits : bits & -1L >>> -end;
    }

    private void require(long first, long end) {
        if (first < 0 || end > endPfn || first > end) {
            throw new IndexOutOfBoundsException("page frames " + first + " to " + end + " of " + endPfn);
        }
    }

    /** What is behind it. */
    FileWindows windows() {
        return windows;
    }
}
