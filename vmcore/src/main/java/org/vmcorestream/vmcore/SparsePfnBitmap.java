// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.vmcorestream.rules.Chunk;

/**
 * A set of page frames that lie close together: a bitmap of 4 KiB for each chunk that has any of them, and never more than a
 * given number of those. What would need one more is not taken. Belongs to one thread while it grows.
 */
public final class SparsePfnBitmap {
    private final long endPfn;
    private final int maxChunks;
    private final NavigableMap<Long, PfnBitmap> chunks = new TreeMap<>();
    private boolean full;

    /**
     * An empty set.
     *
     * @param endPfn page frame behind the last one that can be in it
     * @param maxChunks most bitmaps of a chunk
     */
    public SparsePfnBitmap(long endPfn, int maxChunks) {
        this.endPfn = endPfn;
        this.maxChunks = maxChunks;
    }

    /**
     * Adds page frames.
     *
     * @param first first one, at least 0
     * @param end behind the last one; those at and beyond the end of the set are left out
     */
    public void add(long first, long end) {
        add(first, end, null);
    }

    /**
     * Adds page frames, and those of them that were there before to another set too.
     *
     * @param again is added to; may be null
     */
    public void add(long first, long end, SparsePfnBitmap again) {
        if (first < 0 || end < first) {
            throw new IllegalArgumentException("page frames " + first + " to before " + end);
        }
        long behind = Math.min(end, endPfn);
        for (long pfn = first; pfn < behind; ) {
            long base = pfn & -Chunk.PAGES;
            long until = Math.min(behind, base + Chunk.PAGES);
            PfnBitmap bits = chunks.get(Chunk.of(pfn));
            if (bits == null) {
                if (chunks.size() == maxChunks) {
                    full = true;
                    pfn = until;
                    continue;
                }
                bits = new PfnBitmap(Chunk.PAGES);
                chunks.put(Chunk.of(pfn), bits);
            } else if (again != null) {
                addSet(bits, base, pfn, until, again);
            }
            bits.set(pfn - base, until - base);
            pfn = until;
        }
    }

    private static void addSet(PfnBitmap bits, long base, long first, long end, SparsePfnBitmap into) {
        long from = bits.nextSet(first - base);
        while (from >= 0 && base + from < end) {
            long to = Math.min(bits.nextClear(from), end - base);
            into.add(base + from, base + to);
            from = bits.nextSet(to);
        }
    }

    /** Whether page frames were not taken because they lie too far apart. */
    public boolean isFull() {
        return full;
    }

    /** Whether no page frame is in it. */
    public boolean isEmpty() {
        return chunks.isEmpty();
    }

    /** First page frame at or behind {@code pfn} that is in it, -1 when there is none. */
    public long nextSet(long pfn) {
        long from = Math.max(0, pfn);
        Map.Entry<Long, PfnBitmap> chunk = chunks.ceilingEntry(Chunk.of(from));
        while (chunk != null) {
            long base = Chunk.firstPfn(chunk.getKey());
            long found = chunk.getValue().nextSet(Math.max(0, from - base));
            if (found >= 0) {
                return base + found;
            }
            chunk = chunks.higherEntry(chunk.getKey());
        }
        return -1;
    }

    /** First page frame at or behind {@code pfn} that is not in it, or that begins another chunk. */
    public long runEnd(long pfn) {
        PfnBitmap bits = chunks.get(Chunk.of(pfn));
        long base = pfn & -Chunk.PAGES;
        return bits == null ? pfn : base + bits.nextClear(pfn - base);
    }
}
