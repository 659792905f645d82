// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.ArrayList;
import java.util.List;

/**
 * Ascending runs of page frames, in few bytes each: how far a run begins behind the end of the one before, and how many pages it
 * has, both as unsigned LEB128. Read once, from the first run on, also while it still grows: then a run can come in pieces.
 * Belongs to one thread.
 *
 * <p>The bytes lie in blocks of {@value #BLOCK} bytes, each taken from a budget and given back as soon as it was read.
 */
final class KeptRuns {
    /** Bytes of a block. */
    static final int BLOCK = 4096;

    private final KeptBudget budget;
    private final List<byte[]> blocks = new ArrayList<>();
    private long size;
    private long lastEnd;

    /** The last run, which may still grow and is not encoded yet; empty when both are the same. */
    private long openFirst;

    private long openEnd;

    private long markSize;
    private long markLastEnd;
    private long markOpenFirst;
    private long markOpenEnd;

    private long readAt;
    private long readEnd;
    private long firstPfn;

    KeptRuns(KeptBudget budget) {
        this.budget = budget;
    }

    /** Remembers what there is, for {@link #reset}. */
    void mark() {
        markSize = size;
        markLastEnd = lastEnd;
        markOpenFirst = openFirst;
        markOpenEnd = openEnd;
    }

    /** Forgets what was added since {@link #mark}; nothing may have been read meanwhile. */
    void reset() {
        size = markSize;
        lastEnd = markLastEnd;
        openFirst = markOpenFirst;
        openEnd = markOpenEnd;
        int needed = (int) ((size + BLOCK - 1) / BLOCK);
        while (blocks.size() > needed) {
            blocks.remove(blocks.size() - 1);
            budget.giveBack(BLOCK);
        }
    }

    /**
     * Adds a run, joined with the one before where both meet.
     *
     * @return false when the budget does not allow it; then {@link #reset} has to follow
     */
    boolean add(long first, long end) {
        if (first == openEnd && openFirst < openEnd) {
            openEnd = end;
            return true;
        }
        boolean closed = close();
        openFirst = first;
        openEnd = end;
        return closed;
    }

    private boolean close() {
        if (openFirst == openEnd) {
            return true;
        }
        boolean done = put(openFirst - lastEnd) && put(openEnd - openFirst);
        lastEnd = openEnd;
        openFirst = openEnd;
        return done;
    }

    private boolean put(long value) {
        long rest = value;
        while (rest > 0x7f) {
            if (!putByte((byte) (rest | 0x80))) {
                return false;
            }
            rest >>>= 7;
        }
        return putByte((byte) rest);
    }

    private boolean putByte(byte value) {
        int block = (int) (size / BLOCK);
        if (block == blocks.size()) {
            if (!budget.take(BLOCK)) {
                return false;
            }
            blocks.add(new byte[BLOCK]);
        }
        blocks.get(block)[(int) (size++ % BLOCK)] = value;
        return true;
    }

    /** Pages left of the run that is read, the first of which is {@link #firstPfn}; 0 when there is no other run now. */
    int available() {
        if (firstPfn == readEnd && readAt < size) {
            firstPfn += get();
            readEnd = firstPfn + get();
        } else if (firstPfn == readEnd && openFirst < openEnd) {
            firstPfn = openFirst;
            readEnd = openEnd;
            lastEnd = openEnd;
            openFirst = openEnd;
        }
        return (int) Math.min(readEnd - firstPfn, Integer.MAX_VALUE);
    }

    /** First page frame that {@link #available} speaks of. */
    long firstPfn() {
        return firstPfn;
    }

    /** Takes pages of the run that is read. */
    void take(int pages) {
        firstPfn += pages;
    }

    private long get() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            int block = (int) (readAt / BLOCK);
            byte next = blocks.get(block)[(int) (readAt++ % BLOCK)];
            if (readAt % BLOCK == 0) {
                blocks.set(block, null);
                budget.giveBack(BLOCK);
            }
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    /** Empties it for runs of another place, and gives back all memory. */
    void clear() {
        for (byte[] block : blocks) {
            if (block != null) {
                budget.giveBack(BLOCK);
            }
        }
        blocks.clear();
        size = 0;
        lastEnd = 0;
        openFirst = 0;
        openEnd = 0;
        readAt = 0;
        readEnd = 0;
        firstPfn = 0;
    }
}
