// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Page frames that a rule is restricted to: ascending ranges that do not touch. Never changes.
 */
public final class PfnRanges {
    /** Most ranges. */
    public static final int MAX_RANGES = 1 << 20;

    /** No page frame is at or above this one. */
    public static final long END_PFN = 1L << 52;

    /** All page frames. */
    public static final PfnRanges EVERYWHERE = new PfnRanges(new long[] {0, END_PFN});

    /**
     * Consecutive page frames.
     *
     * @param firstPfn the first
     * @param endPfn behind the last
     */
    public record Range(long firstPfn, long endPfn) {
        /** Checks the order. */
        public Range {
            if (firstPfn < 0 || endPfn <= firstPfn || endPfn > END_PFN) {
                throw new IllegalArgumentException(
                        "page frames " + firstPfn + " to before " + endPfn + ", expected 0 to 2^52, ascending");
            }
        }
    }

    /** First page frame and the one behind the last, for each range. */
    private final long[] borders;

    private PfnRanges(long[] borders) {
        this.borders = borders;
    }

    /**
     * Ranges in any order, joined where they touch or overlap.
     *
     * @throws IllegalArgumentException when there are none, or more than {@value #MAX_RANGES}
     */
    public static PfnRanges of(List<Range> ranges) {
        if (ranges.isEmpty() || ranges.size() > MAX_RANGES) {
            throw new IllegalArgumentException(ranges.size() + " ranges of page frames, expected 1 to " + MAX_RANGES);
        }
        long[] joined = new long[2 * ranges.size()];
        int used = 0;
        for (Range range : ranges.stream()
                .sorted((a, b) -> Long.compare(a.firstPfn(), b.firstPfn()))
                .toList()) {
            if (used > 0 && range.firstPfn() <= joined[used - 1]) {
                joined[used - 1] = Math.max(joined[used - 1], range.endPfn());
            } else {
                joined[used++] = range.firstPfn();
                joined[used++] = range.endPfn();
            }
        }
        return new PfnRanges(Arrays.copyOf(joined, used));
    }

    /** Whether a page frame is in one of them. */
    public boolean contains(long pfn) {
        return (bordersUpTo(pfn) & 1) == 1;
    }

    /** The first page frame above {@code pfn} at which {@link #contains} answers differently, {@link #END_PFN} at most. */
    public long nextBorder(long pfn) {
        int index = bordersUpTo(pfn);
        return index == borders.length ? END_PFN : borders[index];
    }

    /** Number of borders at or below a page frame: odd inside a range. */
    private int bordersUpTo(long pfn) {
        int low = 0;
        int high = borders.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (borders[middle] <= pfn) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The ranges, ascending. */
    public List<Range> ranges() {
        return IntStream.range(0, borders.length / 2)
                .mapToObj(i -> new Range(borders[2 * i], borders[2 * i + 1]))
                .toList();
    }
}
