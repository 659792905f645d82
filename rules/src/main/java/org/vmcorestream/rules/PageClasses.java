// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Optional;

/**
 * Puts descriptors into classes that no condition of a rule set can tell apart, so that the rules are asked once for each class
 * and not for each descriptor. Every page of a dump may be different: in what the rules look at it is not.
 *
 * <p>The number of a class is put together from tables, without a branch: three tables say what the bits of three windows add to
 * it, and above that comes the place of {@code _mapcount} among the values that matter, 0 for all others. Never changes.
 *
 * <pre>
 *   31    24 23        12 11         0        31   25 24     16 15          0
 *  +--------+------------+------------+      +-------+---------+-------------+
 *  |        |   second   |   first    |      |       |  third  | orders      |
 *  +--------+------------+------------+      +-------+---------+-------------+
 *   flags                                     shape
 * </pre>
 */
final class PageClasses {
    /** Most bits in the number of a class. */
    static final int MAX_BITS = 14;

    private static final int WINDOW_BITS = 12;
    private static final int WINDOW = (1 << WINDOW_BITS) - 1;
    private static final int SHAPE_SHIFT = 16;
    private static final int SHAPE_BITS = 9;
    private static final int FLAGS = (1 << 2 * WINDOW_BITS) - 1;
    private static final int SHAPE = (1 << SHAPE_BITS) - 1 << SHAPE_SHIFT;
    private static final int SLOT_BITS = 6;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int MAX_TRIES = 1000;

    private final int flagsMask;
    private final int shapeMask;
    private final char[] lowFlags = new char[1 << WINDOW_BITS];
    private final char[] highFlags = new char[1 << WINDOW_BITS];
    private final char[] shapes = new char[1 << SHAPE_BITS];

    private final int multiplier;

    /** A value that matters in the upper half, and in the lower one what it adds to the number. */
    private final long[] slots = new long[SLOTS];

    private final int count;

    private PageClasses(Sight sight, int multiplier) {
        this.multiplier = multiplier;
        flagsMask = sight.flags();
        shapeMask = sight.shape();
        int used = fill(lowFlags, flagsMask & WINDOW, 0);
        used = fill(highFlags, flagsMask >>> WINDOW_BITS, used);
        used = fill(shapes, shapeMask >>> SHAPE_SHIFT, used);
        int place = 0;
        for (int value : sight.mapcounts()) {
            slots[slot(value)] = (long) value << Integer.SIZE | (long) ++place << used;
        }
        count = place + 1 << used;
    }

    /**
     * Says what the bits of a window add to the number.
     *
     * @param matters bits that an index of the table can have
     * @param shift place of the lowest of these in the number
     * @return place behind the highest of them
     */
    private static int fill(char[] table, int matters, int shift) {
        int index = 0;
        do {
            int adds = 0;
            int place = shift;
            for (int rest = matters; rest != 0; rest &= rest - 1) {
                adds |= (index & rest & -rest) == 0 ? 0 : 1 << place;
                place++;
            }
            table[index] = (char) adds;
            index = index - matters & matters;
        } while (index != 0);
        return shift + Integer.bitCount(matters);
    }

    /** Classes for what a rule set sees; empty when it sees so much that there would be too many of them. */
    static Optional<PageClasses> of(Sight sight) {
        int values = sight.mapcounts().size();
        if (sight.all()
                || (sight.flags() & ~FLAGS) != 0
                || (sight.shape() & ~SHAPE) != 0
                || values > SLOTS / 2
                || Integer.bitCount(sight.flags())
                                + Integer.bitCount(sight.shape())
                                + Integer.SIZE
                                - Integer.numberOfLeadingZeros(values)
                        > MAX_BITS) {
            return Optional.empty();
        }
        int multiplier = 0x9E3779B1;
        for (int tries = 0; tries < MAX_TRIES; tries++, multiplier += 0x6C8E9CF6) {
            if (isApart(sight, multiplier)) {
                return Optional.of(new PageClasses(sight, multiplier));
            }
        }
        return Optional.empty();
    }

    /** Whether each value gets a slot of its own. */
    private static boolean isApart(Sight sight, int multiplier) {
        long taken = 0;
        for (int value : sight.mapcounts()) {
            long slot = 1L << (value * multiplier >>> Integer.SIZE - SLOT_BITS);
            if ((taken & slot) != 0) {
                return false;
            }
            taken |= slot;
        }
        return true;
    }

    private int slot(int mapcount) {
        return mapcount * multiplier >>> Integer.SIZE - SLOT_BITS;
    }

    /** Whether a {@code _mapcount} is one of those that matter. */
    boolean hasValue(int mapcount) {
        long slot = slots[slot(mapcount)];
        return (int) slot != 0 && (int) (slot >>> Integer.SIZE) == mapcount;
    }

    /** Number of classes. */
    int count() {
        return count;
    }

    /** The class of a descriptor, 0 to {@link #count()} - 1. */
    int of(int flags, int mapcount, int shape) {
        int[] number = new int[1];
        of(new int[] {flags, mapcount, shape}, 0, 1, number);
        return number[0];
    }

    /**
     * The classes of consecutive dictionary entries.
     *
     * @param words flags, mapcount and shape of each entry
     * @param into receives them from index 0 on
     */
    void of(int[] words, int firstEntry, int entries, int[] into) {
        // Locals, since what a loop reads out of fields it may read again each time; and indexes that need no check.
        char[] low = lowFlags;
        char[] high = highFlags;
        char[] upper = shapes;
        long[] values = slots;
        int flagsThatMatter = flagsMask;
        int shapeThatMatters = shapeMask;
        int factor = multiplier;
        for (int i = 0; i < entries; i++) {
            int at = 3 * (firstEntry + i);
            int flags = words[at] & flagsThatMatter;
            int mapcount = words[at + 1];
            int shape = words[at + 2] & shapeThatMatters;
            long slot = values[mapcount * factor >>> Integer.SIZE - SLOT_BITS & values.length - 1];
            int other = (int) (slot >>> Integer.SIZE) ^ mapcount;
            int isOther = (other | -other) >> Integer.SIZE - 1;
            into[i] = low[flags & low.length - 1]
                    + high[flags >>> WINDOW_BITS & high.length - 1]
                    + upper[shape >>> SHAPE_SHIFT & upper.length - 1]
                    + ((int) slot & ~isOther);
        }
    }
}
