// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * What the rules need to know of one kernel: where its flag bits sit in {@code page.flags}, which whole 32-bit values of
 * {@code page._mapcount} are page types, and how large a block of the buddy system can be. All of it comes from
 * VMCOREINFO (kernel file {@code kernel/vmcore_info.c}); nothing here depends on a kernel version. What the kernel did
 * not export is empty, and a condition on it never holds.
 *
 * @param pageShift log2 of the page size in bytes, {@value #MIN_PAGE_SHIFT} to {@value #MAX_PAGE_SHIFT}
 * @param freeAreaLength {@code LENGTH(zone.free_area)}, which is MAX_PAGE_ORDER + 1; 1 to {@value #MAX_FREE_AREA_LENGTH}
 * @param lru bit number of PG_lru, 0 to 31 (as are all bit numbers here)
 * @param privateBit bit number of PG_private
 * @param swapcache bit number of PG_swapcache
 * @param swapbacked bit number of PG_swapbacked, empty where the kernel has none
 * @param slab bit number of PG_slab, empty from Linux 6.10 on, where slab is a page type
 * @param hwpoison bit number of PG_hwpoison, empty where the kernel was built without memory failure handling
 * @param headMask mask (not a bit number) of PG_head in {@code page.flags}
 * @param buddyType {@code _mapcount} of a free page's first struct page
 * @param offlineType {@code _mapcount} of a logically offline (ballooned, unplugged) page
 * @param slabType {@code _mapcount} of a slab page, from Linux 6.10 on
 * @param hugetlbType {@code _mapcount} of a hugetlb head page, from Linux 6.9 on
 * @param unacceptedType {@code _mapcount} of the first page of an unaccepted block, exported from Linux 6.16 on
 */
public record PageFacts(
        int pageShift,
        int freeAreaLength,
        OptionalInt lru,
        OptionalInt privateBit,
        OptionalInt swapcache,
        OptionalInt swapbacked,
        OptionalInt slab,
        OptionalInt hwpoison,
        int headMask,
        OptionalInt buddyType,
        OptionalInt offlineType,
        OptionalInt slabType,
        OptionalInt hugetlbType,
        OptionalInt unacceptedType) {

    /** Smallest page shift of any supported machine: 4 KiB pages. */
    public static final int MIN_PAGE_SHIFT = 12;

    /** Largest page shift of any supported machine: 64 KiB pages. */
    public static final int MAX_PAGE_SHIFT = 16;

    /** Longest {@code zone.free_area} accepted; MAX_PAGE_ORDER is 10 on x86-64 and at most 13 or so elsewhere. */
    public static final int MAX_FREE_AREA_LENGTH = 32;

    /**
     * Checks every value against its range.
     *
     * @throws IllegalArgumentException naming the value and its range; such facts come from a VMCOREINFO that lies
     */
    public PageFacts {
        check("page shift", pageShift, MIN_PAGE_SHIFT, MAX_PAGE_SHIFT);
        check("LENGTH(zone.free_area)", freeAreaLength, 1, MAX_FREE_AREA_LENGTH);
        checkBit("PG_lru", lru);
        checkBit("PG_private", privateBit);
        checkBit("PG_swapcache", swapcache);
        checkBit("PG_swapbacked", swapbacked);
        checkBit("PG_slab", slab);
        checkBit("PG_hwpoison", hwpoison);
        Objects.requireNonNull(buddyType, "buddyType");
        Objects.requireNonNull(offlineType, "offlineType");
        Objects.requireNonNull(slabType, "slabType");
        Objects.requireNonNull(hugetlbType, "hugetlbType");
        Objects.requireNonNull(unacceptedType, "unacceptedType");
    }

    private static void checkBit(String name, OptionalInt bit) {
        Objects.requireNonNull(bit, name);
        if (bit.isPresent()) {
            check("NUMBER(" + name + ")", bit.getAsInt(), 0, 31);
        }
    }

    private static void check(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + min + " to " + max);
        }
    }

    /** A number by its name; empty when the kernel did not export it. */
    public OptionalInt number(KernelNumber number) {
        return switch (number) {
            case PG_LRU -> lru;
            case PG_PRIVATE -> privateBit;
            case PG_SWAPCACHE -> swapcache;
            case PG_SWAPBACKED -> swapbacked;
            case PG_SLAB -> slab;
            case PG_HWPOISON -> hwpoison;
            case BUDDY -> buddyType;
            case OFFLINE -> offlineType;
            case SLAB -> slabType;
            case HUGETLB -> hugetlbType;
            case UNACCEPTED -> unacceptedType;
        };
    }

    /** These facts with a number that was not exported; what was exported stays as it is. */
    public PageFacts supplied(KernelNumber number, int value) {
        return new PageFacts(
                pageShift,
                freeAreaLength,
                or(lru, number == KernelNumber.PG_LRU, value),
                or(privateBit, number == KernelNumber.PG_PRIVATE, value),
                or(swapcache, number == KernelNumber.PG_SWAPCACHE, value),
                or(swapbacked, number == KernelNumber.PG_SWAPBACKED, value),
                or(slab, number == KernelNumber.PG_SLAB, value),
                or(hwpoison, number == KernelNumber.PG_HWPOISON, value),
                headMask,
                or(buddyType, number == KernelNumber.BUDDY, value),
                or(offlineType, number == KernelNumber.OFFLINE, value),
                or(slabType, number == KernelNumber.SLAB, value),
                or(hugetlbType, number == KernelNumber.HUGETLB, value),
                or(unacceptedType, number == KernelNumber.UNACCEPTED, value));
    }

    private static OptionalInt or(OptionalInt exported, boolean asked, int value) {
        return asked && exported.isEmpty() ? OptionalInt.of(value) : exported;
    }

    /** Largest block of the buddy system, and the size of every unaccepted block, as log2 of pages. */
    public int maxPageOrder() {
        return freeAreaLength - 1;
    }

    /** Page size in bytes. */
    public int pageSize() {
        return 1 << pageShift;
    }
}
