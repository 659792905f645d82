// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Optional;

/**
 * Puts descriptors into classes that no condition of a rule set can tell apart, so that the rules are asked once for each class
 * and not for each descriptor. Every page of a dump may be different: in what the rules look at it is not.
 *
 * <p>The number of a class is put together from tables, without a branch: one bit for each flag and each bit of the shape that
 * matters, and above them the place of {@code _mapcount} among the values that matter, 0 for all others. Never changes.
 */
final class PageClasses {
    /** Most bits in the number of a class. */
    static final int MAX_BITS = 14;

    private static final int BYTES = 256;
    private static final int SHAPE_AT = 4 * BYTES;
    private static final int SHAPE_SHIFT = 16;
    private static final int SHAPE_BITS =
            Integer.SIZE - Integer.numberOfLeadingZeros(Descriptor.SHAPE_MASK) - SHAPE_SHIFT;
    private static final int SLOT_BITS = 6;

    /** For each byte of the flags, and for the upper bits of the shape, what they add to the number. */
    private final char[] bits = new char[SHAPE_AT + (1 << SHAPE_BITS)];

    private final int multiplier;
    private final int[] slotValue = new int[1 << SLOT_BITS];
    private final int[] slotAdds = new int[1 << SLOT_BITS];
    private final int count;

    private PageClasses(Sight sight, int multiplier) {
        this.multiplier = multiplier;
        int used = 0;
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            if ((sight.flags() >>> bit & 1) != 0) {
                spread(bit / Byte.SIZE * BYTES, BYTES, bit % Byte.SIZE, 1 << used++);
            }
        }
        for (int bit = SHAPE_SHIFT; bit < SHAPE_SHIFT + SHAPE_BITS; bit++) {
            if ((sight.shape() >>> bit & 1) != 0) {
                spread(SHAPE_AT, 1 << SHAPE_BITS, bit - SHAPE_SHIFT, 1 << used++);
            }
        }
        int place = 0;
        for (int value : sight.mapcounts()) {
            slotValue[slot(value)] = value;
            slotAdds[slot(value)] = ++place << used;
        }
        count = place + 1 << used;
    }

    /** Adds a number to those table entries whose index has a bit. */
    private void spread(int at, int length, int bit, int adds) {
        for (int i = 0; i < length; i++) {
            if ((i >>> bit & 1) != 0) {
                bits[at + i] += (char) adds;
            }
        }
    }

    /** Classes for what a rule set sees; empty when it sees so much that there would be too many of them. */
    static Optional<PageClasses> of(Sight sight) {
        int values = sight.mapcounts().size();
        if (sight.all()
                || (sight.shape() & (1 << SHAPE_SHIFT) - 1) != 0
                || (sight.shape() & ~Descriptor.SHAPE_MASK) != 0
                || values >= 1 << SLOT_BITS - 1
                || Integer.bitCount(sight.flags())
                                + Integer.bitCount(sight.shape())
                                + (Integer.SIZE - Integer.numberOfLeadingZeros(values))
                        > MAX_BITS) {
            return Optional.empty();
        }
        for (int multiplier = 0x9E3779B1, tries = 0; tries < 1000; multiplier += 0x6C8E9CF6, tries++) {
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
        int slot = slot(mapcount);
        return slotAdds[slot] != 0 && slotValue[slot] == mapcount;
    }

    /** Number of classes. */
    int count() {
        return count;
    }

    /** The class of a descriptor, 0 to {@link #count()} - 1. */
    int of(int flags, int mapcount, int shape) {
        int slot = slot(mapcount);
        int other = slotValue[slot] ^ mapcount;
        int isSame = ~((other | -other) >> 31);
        return bits[flags & 0xff]
                + bits[BYTES + (flags >>> 8 & 0xff)]
                + bits[2 * BYTES + (flags >>> 16 & 0xff)]
                + bits[3 * BYTES + (flags >>> 24)]
                + bits[SHAPE_AT + (shape >>> SHAPE_SHIFT & (1 << SHAPE_BITS) - 1)]
                + (slotAdds[slot] & isSame);
    }
}
