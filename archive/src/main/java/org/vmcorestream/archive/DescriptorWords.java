// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.KernelNumber;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.PageTypes;

/** A descriptor in words, one line for each thing that it says. */
final class DescriptorWords {
    private static final KernelNumber[] TYPES = {
        KernelNumber.BUDDY, KernelNumber.OFFLINE, KernelNumber.SLAB, KernelNumber.HUGETLB, KernelNumber.UNACCEPTED
    };
    private static final String[] TYPE_WORDS = {
        "free, first page of a block of the buddy system",
        "offline",
        "slab",
        "hugetlb",
        "unaccepted, first page of a block of MAX_PAGE_ORDER"
    };

    private DescriptorWords() {}

    /** What a descriptor says, with the numbers of its kernel. */
    static List<String> of(Descriptor descriptor, PageFacts kernel) {
        List<String> words = new ArrayList<>();
        if (descriptor.has(Descriptor.HOLE)) {
            return List.of("hole: no memory at this page frame");
        }
        if (descriptor.has(Descriptor.NO_DATA)) {
            return List.of("no data: memory that the vmcore holds no bytes of");
        }
        if (descriptor.has(Descriptor.NO_STRUCT_PAGE)) {
            return List.of("no struct page: the kernel's memory map does not cover this page frame");
        }
        words.add("flags " + hex(descriptor.flags()) + ": " + flags(descriptor.flags(), kernel));
        words.add("_mapcount " + hex(descriptor.mapcount()) + ": " + mapcount(descriptor.mapcount(), kernel));
        if (descriptor.has(Descriptor.TAIL)) {
            words.add("tail page of a compound page");
        }
        if (descriptor.has(Descriptor.HUGETLB)) {
            words.add("head page of a hugetlb page");
        }
        if (descriptor.compoundOrder() > 0) {
            words.add("head page of a compound page of order " + order(descriptor.compoundOrder()));
        }
        if (descriptor.buddyOrder() > 0) {
            words.add("free block of order "
                    + (descriptor.buddyOrder() == 255 ? "255 or more" : order(descriptor.buddyOrder())));
        }
        switch (descriptor.mappingBits()) {
            case 1 -> words.add("mapping: anonymous memory");
            case 2 -> words.add("mapping: movable, not in the page cache");
            case 3 -> words.add("mapping: anonymous memory that KSM shares");
            default -> {}
        }
        return List.copyOf(words);
    }

    private static String order(int order) {
        return order < Long.SIZE - 1 ? order + " (" + (1L << order) + " pages)" : Integer.toString(order);
    }

    private static String flags(int flags, PageFacts kernel) {
        List<String> names = new ArrayList<>();
        int unnamed = flags;
        for (KernelNumber number : KernelNumber.values()) {
            OptionalInt bit = kernel.number(number);
            if (number.isBit() && bit.isPresent() && (flags >>> bit.getAsInt() & 1) != 0) {
                names.add(number.exportedAs());
                unnamed &= ~(1 << bit.getAsInt());
            }
        }
        if (kernel.headMask() != 0 && (flags & kernel.headMask()) == kernel.headMask()) {
            names.add("PG_head");
            unnamed &= ~kernel.headMask();
        }
        if (unnamed != 0) {
            names.add((names.isEmpty() ? "" : "and ") + "bits " + hex(unnamed) + " that VMCOREINFO does not name");
        }
        return names.isEmpty() ? "none set" : String.join(", ", names);
    }

    private static String mapcount(int mapcount, PageFacts kernel) {
        for (int i = 0; i < TYPES.length; i++) {
            OptionalInt type = kernel.number(TYPES[i]);
            if (type.isPresent() && type.getAsInt() == mapcount) {
                return "page type " + TYPE_WORDS[i];
            }
        }
        if (PageTypes.isUnknown(kernel, mapcount)) {
            return "a page type that nobody knows";
        }
        if (mapcount == -1) {
            return "not mapped";
        }
        if (mapcount >= 0) {
            return mapcount == 0 ? "mapped once" : "mapped " + (mapcount + 1L) + " times";
        }
        return "a page type that VMCOREINFO does not name, or a count that went wrong";
    }

    private static String hex(int word) {
        return String.format("0x%08x", word);
    }
}
