// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The kernel's static data: one stretch of physical memory, mapped linearly at
 * {@code 0xffffffff81000000 + KASLR offset}. Objects are reserved first, then the image is placed, then it can be written.
 */
final class KernelImage {
    /** __START_KERNEL_map: physical = virtual - this + phys_base. */
    private static final long START_KERNEL_MAP = 0xffffffff80000000L;

    private static final long LINKED_AT = 0x1000000;
    private static final String WHAT = "kernel image";

    private final Map<String, Long> offsets = new LinkedHashMap<>();
    private long size;
    private long physical;
    private long virtual;
    private long physBase;

    /** Sets bytes aside for an object; each object begins at a page, which keeps every field inside of one. */
    void reserve(String name, long bytes) {
        offsets.put(name, size);
        size += (bytes + GuestMemory.PAGE - 1) / GuestMemory.PAGE * GuestMemory.PAGE;
    }

    /** Finds the physical place. */
    void place(Description description, PhysicalPlaces places) {
        long pages = size >> GuestMemory.PAGE_SHIFT;
        virtual = START_KERNEL_MAP + LINKED_AT + description.kaslr;
        long first;
        if (description.physBase != Description.NOT_SET) {
            first = LINKED_AT + description.kaslr + description.physBase >> GuestMemory.PAGE_SHIFT;
            places.exactly(WHAT, first, pages);
        } else {
            first = description.mapping.pages > 1 && (virtual & 0x1fffff) == 0 ? places.tryPages(WHAT, pages, 512) : -1;
            if (first < 0) {
                first = places.pages(WHAT, pages, 1);
            }
        }
        physical = first << GuestMemory.PAGE_SHIFT;
        physBase = physical - LINKED_AT - description.kaslr;
    }

    /** Maps the whole image, with large pages where it lies so. */
    void map(Description description, PageTables tables) {
        boolean large = description.mapping.pages > 1 && ((virtual | physical) & 0x1fffff) == 0;
        long unit = large ? 512 : 1;
        for (long at = 0; at < size; at += unit << GuestMemory.PAGE_SHIFT) {
            tables.map(virtual + at, physical + at, unit);
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

    long physBase() {
        return physBase;
    }

    /** First virtual address, which is _stext. */
    long start() {
        return virtual;
    }

    MappedRange range() {
        return new MappedRange(WHAT, virtual, physical, size);
    }
}
