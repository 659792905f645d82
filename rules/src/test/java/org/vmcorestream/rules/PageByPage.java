// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * The exclusion rules once more, asked of one page after the other and written down without runs, dictionaries or rule
 * sets: what the engine is compared with. Follows the table of docs/page-exclusion.md row by row.
 */
final class PageByPage {
    private final PageFacts facts;
    private final int level;

    PageByPage(PageFacts facts, int level) {
        this.facts = facts;
        this.level = level;
    }

    /** Reason name of each page; page frame {@code i} has descriptor {@code pages[i]}. */
    String[] decide(Descriptor[] pages) {
        String[] reasons = new String[pages.length];
        Arrays.fill(reasons, "kept");
        for (int pfn = 0; pfn < pages.length; pfn++) {
            if (pages[pfn].has(Descriptor.HOLE)) {
                reasons[pfn] = "hole";
            } else if (pages[pfn].has(Descriptor.NO_DATA)) {
                reasons[pfn] = "no-data";
            }
        }
        int pfn = 0;
        while (pfn < pages.length) {
            pfn += exclude(pages, pfn, reasons);
        }
        return reasons;
    }

    private int exclude(Descriptor[] pages, int pfn, String[] reasons) {
        Descriptor page = pages[pfn];
        if (page.has(Descriptor.HOLE) || page.has(Descriptor.NO_DATA) || page.has(Descriptor.NO_STRUCT_PAGE)) {
            return 1;
        }
        if (page.has(Descriptor.TAIL)) {
            return 1;
        }
        long compound = 1L << page.compoundOrder();
        if (pfn % compound != 0) {
            compound = 1;
        }
        if (level >= 16 && !slab(page) && is(page, facts.buddyType())) {
            if (page.buddyOrder() >= facts.freeAreaLength() || pfn % (1 << page.buddyOrder()) != 0) {
                return 1;
            }
            return mark(reasons, pfn, 1L << page.buddyOrder(), "free");
        }
        if (level >= 16 && is(page, facts.unacceptedType())) {
            if (pfn % (1 << facts.freeAreaLength() - 1) != 0) {
                return 1;
            }
            return mark(reasons, pfn, 1L << facts.freeAreaLength() - 1, "unaccepted");
        }
        boolean cache = bit(page, facts.lru()) || bit(page, facts.swapcache()) && bit(page, facts.swapbacked());
        boolean anon = (page.mappingBits() & 1) == 1 && !slab(page);
        boolean isPrivate = bit(page, facts.privateBit());
        if ((level & 2) != 0 && cache && !isPrivate && !anon) {
            return mark(reasons, pfn, compound, "cache");
        }
        if ((level & 4) != 0 && cache && !anon) {
            return mark(reasons, pfn, compound, isPrivate ? "cache-private" : "cache");
        }
        if ((level & 8) != 0 && (anon || page.has(Descriptor.HUGETLB))) {
            return mark(reasons, pfn, compound, "user");
        }
        if (bit(page, facts.hwpoison())) {
            return mark(reasons, pfn, compound, "hwpoison");
        }
        if (is(page, facts.offlineType()) && !slab(page)) {
            return mark(reasons, pfn, compound, "offline");
        }
        return 1;
    }

    private static int mark(String[] reasons, int pfn, long pages, String reason) {
        int end = (int) Math.min(reasons.length, pfn + pages);
        for (int i = pfn; i < end; i++) {
            if (reasons[i].equals("kept")) {
                reasons[i] = reason;
            }
        }
        return end - pfn;
    }

    private boolean slab(Descriptor page) {
        return facts.slabType().isPresent() ? is(page, facts.slabType()) : bit(page, facts.slab());
    }

    private static boolean is(Descriptor page, OptionalInt type) {
        return type.isPresent() && page.mapcount() == type.getAsInt();
    }

    private static boolean bit(Descriptor page, OptionalInt bit) {
        return bit.isPresent() && (page.flags() >>> bit.getAsInt() & 1) == 1;
    }
}
