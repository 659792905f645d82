// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/**
 * Writes struct pages, 64 bytes each:
 *
 * <pre>
 *   0 flags    8 lru.next or compound word    16 compound_dtor, 17 compound_order (first tail page only)
 *  24 mapping 32 index    40 private    48 _mapcount (i32)    52 _refcount (i32)
 * </pre>
 */
final class StructPages {
    private static final int FLAGS = 0;
    private static final int COMPOUND = 8;
    private static final int COMPOUND_DTOR = 16;
    private static final int COMPOUND_ORDER = 17;
    private static final int MAPPING = 24;
    private static final int PRIVATE = 40;
    private static final int MAPCOUNT = 48;
    private static final int REFCOUNT = 52;

    /** The zone number, above all flag bits, so that a reader that takes more than 32 bits of flags is found out. */
    private static final long ZONE_NORMAL = 1L << 62;

    private static final int DTOR_COMPOUND = 1;
    private static final int DTOR_HUGETLB = 2;
    private static final int HEAD_MASK_SHIFT = 6;

    private final Description description;
    private final KernelPreset kernel;
    private final GuestMemory memory;
    private final MemoryModel model;
    private final byte[] neverUsed;
    private final byte[] noMemory;

    StructPages(Description description, GuestMemory memory, MemoryModel model) {
        this.description = description;
        this.kernel = description.kernel;
        this.memory = memory;
        this.model = model;
        neverUsed = structPage(ZONE_NORMAL);
        noMemory = structPage(ZONE_NORMAL | 1L << kernel.reserved);
    }

    /** Writes all of them: as never used, then what the lines say, in their order. */
    void write() {
        for (long group : model.groups()) {
            resetGroup(group);
        }
        for (PageLine line : description.pages) {
            apply(line);
        }
    }

    /** A whole page of struct pages at once: there are half a million of them in 2 GiB. */
    private void resetGroup(long group) {
        byte[] page = memory.structure(model.structPagePhysical(model.firstOfGroup(group)));
        int at = 0;
        for (long pfn = model.firstOfGroup(group); pfn < model.endOfGroup(group); pfn++) {
            System.arraycopy(memory.hasMemory(pfn) ? neverUsed : noMemory, 0, page, at, MemoryModel.STRUCT_PAGE);
            at += MemoryModel.STRUCT_PAGE;
        }
    }

    private void reset(long pfn) {
        memory.putBytes(model.structPagePhysical(pfn), memory.hasMemory(pfn) ? neverUsed : noMemory);
    }

    private static byte[] structPage(long flags) {
        byte[] bytes = new byte[MemoryModel.STRUCT_PAGE];
        LittleEndian.putLong(bytes, FLAGS, flags);
        LittleEndian.putInt(bytes, MAPCOUNT, -1);
        LittleEndian.putInt(bytes, REFCOUNT, 1);
        return bytes;
    }

    private void apply(PageLine line) {
        if (line.words().contains("raw")) {
            for (long pfn = line.first(); pfn < line.end(); pfn++) {
                raw(line, pfn, physical(line, pfn));
            }
            return;
        }
        long step = 1L << line.order();
        for (long pfn = line.first(); pfn < line.end(); pfn += step) {
            block(line, pfn, step);
        }
    }

    private long physical(PageLine line, long pfn) {
        if (!model.hasStructPage(pfn)) {
            throw new DescriptionException(
                    line.line(), "page frame 0x" + Long.toHexString(pfn) + " has no struct page");
        }
        return model.structPagePhysical(pfn);
    }

    private void raw(PageLine line, long pfn, long at) {
        line.values().forEach((field, value) -> {
            switch (field) {
                case "flags" -> memory.putLong(at + FLAGS, value);
                case "mapping" -> memory.putLong(at + MAPPING, value);
                case "private" -> memory.putLong(at + PRIVATE, value);
                case "compound" -> memory.putLong(at + COMPOUND, value);
                case "mapcount" -> memory.putInt(at + MAPCOUNT, value.intValue());
                case "refcount" -> memory.putInt(at + REFCOUNT, value.intValue());
                case "order" -> memory.putByte(at + COMPOUND_ORDER, value.intValue());
                case "tailflags" -> memory.putLong(physical(line, pfn + 1) + FLAGS, value);
                default -> throw new DescriptionException(line.line(), "no field '" + field + "' in a struct page");
            }
        });
    }

    private void block(PageLine line, long pfn, long pages) {
        boolean compound = line.words().contains("compound") || line.words().contains("hugetlb");
        for (long i = 0; i < pages; i++) {
            physical(line, pfn + i);
            reset(pfn + i);
        }
        long at = physical(line, pfn);
        if (compound) {
            if (pages < 2) {
                throw new DescriptionException(line.line(), "a compound page needs order=1 or more");
            }
            compound(line, pfn, pages);
        }
        // Pages that are no block of their own kind: every page of them is in the state.
        boolean blockState =
                compound || line.words().contains("buddy") || line.words().contains("unaccepted");
        for (long i = 0; i < (blockState ? 1 : pages); i++) {
            for (String state : line.words()) {
                state(line, state, pfn + i, physical(line, pfn + i));
            }
        }
        if (line.values().containsKey("refcount")) {
            memory.putInt(at + REFCOUNT, line.values().get("refcount").intValue());
        }
    }

    private void state(PageLine line, String state, long pfn, long at) {
        switch (state) {
            case "buddy" -> {
                memory.putInt(at + MAPCOUNT, kernel.buddyType);
                memory.putInt(at + REFCOUNT, 0);
                memory.putLong(at + PRIVATE, line.order());
            }
            case "unaccepted" -> type(line, state, at, kernel.unacceptedType);
            case "offline" -> type(line, state, at, kernel.offlineType);
            case "slab" -> {
                if (kernel.slab >= 0) {
                    flag(at, kernel.slab);
                } else {
                    type(line, state, at, kernel.slabType);
                }
            }
            case "lru" -> flag(at, kernel.lru);
            case "private" -> {
                flag(at, kernel.privateBit);
                memory.putLong(at + PRIVATE, description.pageOffset() + 0x2000);
            }
            case "swapcache" -> flag(at, kernel.swapcache);
            case "swapbacked" -> flag(at, kernel.swapbacked);
            case "hwpoison" -> flag(at, kernel.hwpoison);
            case "reserved" -> flag(at, kernel.reserved);
            case "cache" -> mapping(at, 0);
            case "anon" -> mapping(at, 1);
            case "movable" -> mapping(at, 2);
            case "ksm" -> mapping(at, 3);
            case "mapped" -> memory.putInt(at + MAPCOUNT, 0);
            case "tail" -> memory.putLong(at + COMPOUND, model.structPage(pfn - 1) | 1);
            case "hugetlb" -> hugetlb(at, pfn);
            default -> {}
        }
    }

    private void type(PageLine line, String state, long at, int type) {
        if (type == -1) {
            throw new DescriptionException(
                    line.line(), "kernel " + kernel.version + " has no page type for '" + state + "'");
        }
        memory.putInt(at + MAPCOUNT, type);
    }

    private void mapping(long at, int lowBits) {
        memory.putLong(at + MAPPING, description.pageOffset() + 0x3000 | lowBits);
    }

    private void flag(long at, int bit) {
        memory.putLong(at + FLAGS, memory.getLong(at + FLAGS) | 1L << bit);
    }

    private void compound(PageLine line, long pfn, long pages) {
        flag(physical(line, pfn), kernel.head);
        long word = model.structPage(pfn) | 1;
        if (kernel.compound == KernelPreset.Compound.INFO_MASK) {
            // From 7.1: every address bit above the compound page's struct pages, so that "address & word" is the head.
            word = -(pages << HEAD_MASK_SHIFT) | 1;
        }
        for (long i = 1; i < pages; i++) {
            memory.putLong(physical(line, pfn + i) + COMPOUND, word);
        }
        long tail = physical(line, pfn + 1);
        switch (kernel.compound) {
            case ORDER_BYTE, FOLIO_BYTE -> {
                memory.putByte(tail + COMPOUND_DTOR, DTOR_COMPOUND);
                memory.putByte(tail + COMPOUND_ORDER, line.order());
            }
            case FLAGS_BYTE, INFO_MASK ->
                memory.putLong(tail + FLAGS, memory.getLong(tail + FLAGS) & ~0xffL | line.order());
        }
    }

    private void hugetlb(long at, long pfn) {
        if (kernel.hugetlbType != -1) {
            memory.putInt(at + MAPCOUNT, kernel.hugetlbType);
        } else if (kernel.hugetlbBit >= 0) {
            flag(model.structPagePhysical(pfn + 1) + FLAGS, kernel.hugetlbBit);
        } else {
            memory.putByte(model.structPagePhysical(pfn + 1) + COMPOUND_DTOR, DTOR_HUGETLB);
        }
    }
}
