// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

/**
 * A number that stands in one of the two words of a page, so that comparing it with a constant is one test of bits.
 *
 * <pre>
 *  word 0, 64 bits   page.flags in bits 0..31, the descriptor's shape in bits 32..63
 *  word 1, 32 bits   page._mapcount with its top bit turned over, so that unsigned order is the order of the numbers
 *
 *  number = ((word0 &amp; mask0 | word1 &amp; mask1) &gt;&gt;&gt; shift) + bias
 * </pre>
 *
 * @param mask0 its bits in word 0
 * @param mask1 its bits in word 1; one of the two masks is 0
 * @param shift position of its lowest bit
 * @param bias number of which all bits are 0
 */
record PageField(long mask0, long mask1, int shift, long bias) {
    /** All bits of the second word. */
    static final long WHOLE_MAPCOUNT = 0xffffffffL;

    /** The first word of a page. */
    static long word0(int flags, int shape) {
        return flags & 0xffffffffL | (long) shape << 32;
    }

    /** The second word of a page. */
    static long word1(int mapcount) {
        return (mapcount ^ Integer.MIN_VALUE) & 0xffffffffL;
    }

    /** {@code page._mapcount} of a second word. */
    static int mapcount(long word1) {
        return (int) word1 ^ Integer.MIN_VALUE;
    }

    /** Smallest number that it can be. */
    long min() {
        return bias;
    }

    /** Largest number that it can be. */
    long max() {
        return ((mask0 | mask1) >>> shift) + bias;
    }

    /** The number with all bits cleared that are not in {@code mask}; null where that is no field. */
    PageField masked(long mask) {
        if (bias != 0) {
            return null;
        }
        long bits = mask & (mask0 | mask1) >>> shift;
        return new PageField(mask0 & bits << shift, mask1 & bits << shift, shift, 0);
    }

    /** Whether the number is {@code from} to {@code to}. */
    Logic between(long from, long to) {
        long low = Math.max(from, min());
        long high = Math.min(to, max());
        if (low > high) {
            return Logic.NO;
        }
        if (low == min() && high == max()) {
            return Logic.YES;
        }
        long first = low - bias << shift;
        if (low == high && (first & ~(mask0 | mask1)) != 0) {
            // Between the numbers that the bits can be, for some bits are left out.
            return Logic.NO;
        }
        return new Logic.Bits(mask0, mask1, first, high - low << shift);
    }

    /** Reads the number. */
    LongOfPage reader() {
        if (mask1 != 0) {
            return (f, m, s) -> ((word1(m) & mask1) >>> shift) + bias;
        }
        return (f, m, s) -> ((word0(f, s) & mask0) >>> shift) + bias;
    }
}
