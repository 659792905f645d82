// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The kernel's static data: one stretch of physical memory, mapped linearly at an address that the machine chooses, plus the KASLR
 * offset. Objects are reserved first, then the image is placed, then it can be written.
 */
final class KernelImage {
    /** What phys_base counts from, on machines that have it. */
    private static final long START_KERNEL_MAP = 0xffffffff80000000L;

    private static final String WHAT = "kernel image";

    private final Description description;
    private final Map<String, Long> offsets = new LinkedHashMap<>();
    private final int pageShift;
    private final long blockPages;
    private long size;
    private long physical;
    private long virtual;

    KernelImage(Description description) {
        this.description = description;
        pageShift = description.pageShift;
        blockPages = description.pagesOf(2);
    }

    /** Sets bytes aside for an object; each object begins at a page, which keeps every field inside of one. */
    void reserve(String name, long bytes) {
        offsets.put(name, size);
        size += bytes + description.pageSize() - 1 >> pageShift << pageShift;
    }

    /** Finds the physical place. */
    void place(PhysicalPlaces places) {
        long pages = size >> pageShift;
        virtual = description.machine.image(description) + description.kaslr;
        long first;
        if (description.physBase != Description.NOT_SET) {
            first = virtual + description.physBase - START_KERNEL_MAP >> pageShift;
            places.exactly(WHAT, first, pages);
        } else {
            first = description.mapping.level() > 1 && isBlock(virtual) ? places.tryPages(WHAT, pages, blockPages) : -1;
            if (first < 0) {
                first = places.pages(WHAT, pages, 1);
            }
        }
        physical = first << pageShift;
    }

    private boolean isBlock(long address) {
        return (address >>> pageShift & blockPages - 1) == 0;
    }

    /** Maps the whole image, with large pages where it lies so. */
    void map(PageTables tables) {
        boolean large = description.mapping.level() > 1 && isBlock(virtual) && isBlock(physical);
        long unit = large ? blockPages : 1;
        for (long at = 0; at < size; at += unit << pageShift) {
            tables.map(virtual + at, physical + at, large ? 2 : 1);
        }
    }

    Set<String> names() {
        return offsets.keySet();
    }

    long physical(String name) {
        return physical + offsets.get(name);
    }

    long virtual(String name) {
        return virtual + offsets.get(name);
    }

    /** First physical address. */
    long physical() {
        return physical;
    }

    /** First virtual address, which is _stext. */
    long start() {
        return virtual;
    }

    MappedRange range() {
        return new MappedRange(WHAT, virtual, physical, size);
    }
}
