// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.OptionalInt;
import java.util.Random;

/** Pages as no kernel would leave them: every state at random places, with orders that fit and orders that do not. */
final class RandomPages {
    private RandomPages() {}

    static Descriptor[] of(Random random, PageFacts facts, int pages) {
        Descriptor[] all = new Descriptor[pages];
        int pfn = 0;
        while (pfn < pages) {
            Descriptor page = one(random, facts, pfn);
            int repeat = random.nextInt(4) == 0 ? 1 + random.nextInt(60) : 1;
            for (int i = 0; i < repeat && pfn < pages; i++) {
                all[pfn++] = page;
            }
        }
        return all;
    }

    private static Descriptor one(Random random, PageFacts facts, int pfn) {
        int kind = random.nextInt(40);
        if (kind == 0) {
            return new Descriptor(0, 0, Descriptor.HOLE);
        }
        if (kind == 1) {
            return new Descriptor(0, 0, Descriptor.NO_DATA);
        }
        if (kind == 2) {
            return new Descriptor(0, 0, Descriptor.NO_STRUCT_PAGE);
        }
        int flags = 0;
        flags |= maybe(random, facts.lru());
        flags |= maybe(random, facts.privateBit());
        flags |= maybe(random, facts.swapcache());
        flags |= maybe(random, facts.swapbacked());
        flags |= maybe(random, facts.slab());
        if (random.nextInt(8) == 0) {
            flags |= maybe(random, facts.hwpoison());
        }
        int shape = random.nextInt(4) << Descriptor.MAPPING_SHIFT;
        if (random.nextInt(3) == 0) {
            shape |= Descriptor.TAIL;
        } else if (random.nextInt(4) == 0) {
            shape |= random.nextBoolean() ? Integer.numberOfTrailingZeros(pfn | 1 << 20) : random.nextInt(64);
        }
        if (random.nextInt(10) == 0) {
            shape |= Descriptor.HUGETLB;
        }
        int mapcount = -1;
        switch (random.nextInt(8)) {
            case 0 -> {
                mapcount = facts.buddyType().orElse(-1);
                int order = random.nextInt(3) == 0 ? random.nextInt(256) : Math.min(10, order(pfn));
                shape |= order << Descriptor.BUDDY_ORDER_SHIFT;
            }
            case 1 -> mapcount = facts.offlineType().orElse(-1);
            case 2 -> mapcount = facts.slabType().orElse(-1);
            case 3 -> mapcount = random.nextInt(4) == 0 ? facts.unacceptedType().orElse(-1) : -1;
            default -> mapcount = random.nextInt(3) - 1;
        }
        return new Descriptor(flags, mapcount, shape);
    }

    private static int order(int pfn) {
        return Integer.numberOfTrailingZeros(pfn | 1 << 20);
    }

    private static int maybe(Random random, OptionalInt bit) {
        return bit.isPresent() && random.nextInt(4) == 0 ? 1 << bit.getAsInt() : 0;
    }
}
