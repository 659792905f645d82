// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Optional;

/**
 * Puts descriptors into classes that no condition of a rule set can tell apart, so that the rules are asked once for each class
 * and not for each descriptor. Every page of a dump may be different: in what the rules look at it is not.
 *
 * <p>The number of a class is put together from tables, without a branch. Flags are the lower half of a word and the shape the
 * upper one; the bits of it that matter lie in three windows, each of which has a table that says what its bits add to the
 * number. Above them comes the place of {@code _mapcount} among the values that matter, 0 for all others. Never changes.
 *
 * <pre>
 *   63          shape          32 31          flags            0
 *  +-----------------------------+------------------------------+
 *  |        |..third..|          |    |.second.||..first..|     |    windows of 12 bits, wherever the bits that matter are
 *  +-----------------------------+------------------------------+
 * </pre>
 */
final class PageClasses {
    /** Most bits in the number of a class. */
    static final int MAX_BITS = 14;

    private static final int WINDOW_BITS = 12;
    private static final int WINDOW = (1 << WINDOW_BITS) - 1;
    private static final int WINDOWS = 3;
    private static final int SLOT_BITS = 6;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int MAX_TRIES = 1000;

    private final long mask;
    private final int shift0;
    private final int shift1;
    private final int shift2;
    private final char[] table0;
    private final char[] table1;
    private final char[] table2;

    private final int multiplier;

    /** A value that matters in the upper half, and in the lower one what it adds to the number. */
    private final long[] slots = new long[SLOTS];

    private final int count;

    private PageClasses(long mask, int[] shifts, Sight sight, int multiplier) {
        this.mask = mask;
        this.multiplier = multiplier;
        char[][] tables = new char[WINDOWS][1 << WINDOW_BITS];
        int used = 0;
        for (int window = 0; window < WINDOWS; window++) {
            long matters = mask >>> shifts[window] & WINDOW;
            long own = matters;
            if (window + 1 < WINDOWS) {
                own &= (1L << shifts[window + 1] - shifts[window]) - 1;
            }
            fill(tables[window], (int) matters, (int) own, used);
            used += Long.bitCount(own);
        }
        table0 = tables[0];
        table1 = tables[1];
        table2 = tables[2];
        shift0 = shifts[0];
        shift1 = shifts[1];
        shift2 = shifts[2];
        int place = 0;
        for (int value : sight.mapcounts()) {
            slots[slot(value)] = (long) value << Integer.SIZE | (long) ++place << used;
        }
        count = place + 1 << used;
    }

    /**
     * Says what the bits of a window add to the number.
     *
     * @param matters all bits that an index of the table can have
     * @param own those of them that no later window speaks of
     * @param shift place of the lowest of these in the number
     */
    private static void fill(char[] table, int matters, int own, int shift) {
        int index = 0;
        do {
            int adds = 0;
            int place = shift;
            for (int rest = own; rest != 0; rest &= rest - 1) {
                adds |= (index & rest & -rest) == 0 ? 0 : 1 << place;
                place++;
            }
            table[index] = (char) adds;
            index = index - matters & matters;
        } while (index != 0);
    }

    /** Classes for what a rule set sees; empty when it sees so much that there would be too many of them. */
    static Optional<PageClasses> of(Sight sight) {
        if (sight.all()) {
            return Optional.empty();
        }
        long mask = word(sight.flags(), sight.shape());
        int values = sight.mapcounts().size();
        int[] shifts = windows(mask);
        int bits = Long.bitCount(mask) + Integer.SIZE - Integer.numberOfLeadingZeros(values);
        if (shifts == null || bits > MAX_BITS || values > SLOTS / 2) {
            return Optional.empty();
        }
        int multiplier = 0x9E3779B1;
        for (int tries = 0; tries < MAX_TRIES; tries++, multiplier += 0x6C8E9CF6) {
            if (isApart(sight, multiplier)) {
                return Optional.of(new PageClasses(mask, shifts, sight, multiplier));
            }
        }
        return Optional.empty();
    }

    private static long word(int flags, int shape) {
        return (long) shape << Integer.SIZE | flags & 0xffff_ffffL;
    }

    /** Where windows begin that hold all bits of a mask, ascending; null when these are not enough windows. */
    private static int[] windows(long mask) {
        int[] shifts = new int[WINDOWS];
        long rest = mask;
        int window = 0;
        for (; rest != 0; window++) {
            if (window == WINDOWS) {
                return null;
            }
            shifts[window] = Math.min(Long.numberOfTrailingZeros(rest), Long.SIZE - WINDOW_BITS);
            rest &= ~((long) WINDOW << shifts[window]);
        }
        for (; window < WINDOWS; window++) {
            shifts[window] = Long.SIZE - 1;
        }
        return shifts;
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
        long word = word(flags, shape) & mask;
        long slot = slots[slot(mapcount)];
        int other = (int) (slot >>> Integer.SIZE) ^ mapcount;
        int isOther = (other | -other) >> Integer.SIZE - 1;
        return table0[(int) (word >>> shift0) & WINDOW]
                + table1[(int) (word >>> shift1) & WINDOW]
                + table2[(int) (word >>> shift2) & WINDOW]
                + ((int) slot & ~isOther);
    }
}
