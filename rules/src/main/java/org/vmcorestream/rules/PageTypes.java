// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.OptionalInt;

/**
 * The page types of Linux, to tell a {@code _mapcount} that is a type nobody knows from one that is merely not exported.
 *
 * <p>Up to Linux 6.11 a type is a word whose upper bits are all 1 but for one cleared bit (kernel file {@code
 * include/linux/page-flags.h}: PG_buddy 0x80, PG_offline 0x100, PG_table 0x200, PG_guard 0x400, PG_hugetlb 0x800, PG_slab
 * 0x1000, PG_zsmalloc 0x2000, PG_unaccepted 0x4000). From 6.12 on it is the top byte, {@code PGTY_buddy} 0xf0 to {@code
 * PGTY_large_kmalloc} 0xf8, and the lower 24 bits belong to whoever set it.
 */
public final class PageTypes {
    private static final int OLD_TYPES = 0x7f80;
    private static final int NEWEST_TYPE = 0xf8;
    private static final int FIRST_TYPE = 0xf0;

    private PageTypes() {}

    /**
     * Whether {@code mapcount} is a page type that no kernel up to Linux 7.2 gives a page.
     *
     * @param facts the page types that this kernel exports
     */
    public static boolean isUnknown(PageFacts facts, int mapcount) {
        int top = mapcount >>> 24;
        if (top < FIRST_TYPE || mapcount == -1 || isExported(facts, mapcount)) {
            return false;
        }
        if (facts.buddyType().isPresent() && isOld(facts.buddyType().getAsInt())) {
            return !isOld(mapcount) && !isSmallNegativeCount(mapcount);
        }
        return top > NEWEST_TYPE && !isSmallNegativeCount(mapcount);
    }

    private static boolean isExported(PageFacts facts, int mapcount) {
        return is(facts.buddyType(), mapcount)
                || is(facts.offlineType(), mapcount)
                || is(facts.slabType(), mapcount)
                || is(facts.hugetlbType(), mapcount)
                || is(facts.unacceptedType(), mapcount);
    }

    private static boolean is(OptionalInt type, int mapcount) {
        return type.isPresent() && type.getAsInt() == mapcount;
    }

    /** All bits set but for known type bits, at least one of them cleared. */
    private static boolean isOld(int mapcount) {
        return (mapcount | OLD_TYPES) == -1 && (~mapcount & OLD_TYPES) != 0;
    }

    /** What an underflown count of mappings looks like; an oddity, but not a type. */
    private static boolean isSmallNegativeCount(int mapcount) {
        return mapcount >= -0x80 && mapcount < 0;
    }
}
