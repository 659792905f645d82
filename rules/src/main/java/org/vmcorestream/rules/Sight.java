// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Set;
import java.util.TreeSet;

/**
 * What a condition can tell apart: two pages that are the same in this get the same answer. Narrow sights are what lets {@link
 * PageClasses} ask a question once for many descriptors; {@link #EVERYTHING} is always true.
 *
 * @param all whether any bit may matter; the rest then says nothing
 * @param flags bits of {@code page.flags} that matter
 * @param shape bits of {@link Descriptor#shape()} that matter
 * @param mapcounts values of {@code page._mapcount} that matter: of any other value only that it is none of these
 */
public record Sight(boolean all, int flags, int shape, Set<Integer> mapcounts) {
    /** Any bit may matter. */
    public static final Sight EVERYTHING = new Sight(true, -1, -1, Set.of());

    /** No bit matters: the answer is always the same. */
    public static final Sight NOTHING = new Sight(false, 0, 0, Set.of());

    /** Copies the set. */
    public Sight {
        mapcounts = Set.copyOf(mapcounts);
    }

    /** Some bits of {@code page.flags}. */
    public static Sight ofFlags(int mask) {
        return new Sight(false, mask, 0, Set.of());
    }

    /** Some bits of {@link Descriptor#shape()}. */
    public static Sight ofShape(int mask) {
        return new Sight(false, 0, mask, Set.of());
    }

    /** Whether {@code page._mapcount} is a value. */
    public static Sight ofMapcount(int value) {
        return new Sight(false, 0, 0, Set.of(value));
    }

    /** Both of them. */
    public Sight and(Sight other) {
        if (all || other.all) {
            return EVERYTHING;
        }
        Set<Integer> values = new TreeSet<>(mapcounts);
        values.addAll(other.mapcounts);
        return new Sight(false, flags | other.flags, shape | other.shape, values);
    }
}
