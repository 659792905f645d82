// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Lays out SPARSEMEM: the table of sections, and a struct page for every page frame of a section that has memory. A
 * section is 32,768 page frames; a page of the memory map holds 64 struct pages of 64 bytes.
 *
 * <pre>
 *  struct mem_section, 32 bytes:  0 section_mem_map   address of the first struct page - first pfn * 64, low bits flags
 *                                 8 usage             pointer
 * </pre>
 */
final class MemoryModel {
    static final int SECTION_SHIFT = 15;
    static final int STRUCT_PAGE = 64;
    static final int SECTION_SIZE = 32;
    static final int SECTIONS_PER_ROOT = GuestMemory.PAGE / SECTION_SIZE;
    private static final int PFNS_PER_MAP_PAGE = GuestMemory.PAGE / STRUCT_PAGE;

    /** Present, has a memory map, online, early. */
    private static final long SECTION_FLAGS = 0xf;

    private final Description description;
    private final GuestMemory memory;
    private final PhysicalPlaces places;
    private final PageTables tables;
    private final List<MappedRange> mapped;
    private final Map<Long, Long> mapPages = new HashMap<>();
    private final SortedSet<Long> sections = new TreeSet<>();

    MemoryModel(
            Description description,
            GuestMemory memory,
            PhysicalPlaces places,
            PageTables tables,
            List<MappedRange> mapped) {
        this.description = description;
        this.memory = memory;
        this.places = places;
        this.tables = tables;
        this.mapped = mapped;
    }

    /** Whether the section table is an array of roots, each one page of sections. */
    private boolean hasRoots() {
        return description.sections != Description.SectionTable.FLAT;
    }

    /** LENGTH(mem_section). */
    long tableLength() {
        long all = 1L << description.physicalBits() - GuestMemory.PAGE_SHIFT - SECTION_SHIFT;
        return hasRoots() ? all / SECTIONS_PER_ROOT : all;
    }

    /** Bytes the table takes. */
    long tableBytes() {
        return tableLength() * (hasRoots() ? Long.BYTES : SECTION_SIZE);
    }

    /** Makes the memory map and the section table, the latter at the physical address given. */
    void layOut(long tablePhysical) {
        for (ByteRange range : description.memory) {
            for (long s = range.start() >> 27; s <= range.end() - 1 >> 27; s++) {
                if (sections.add(s)) {
                    layOutSection(s, tablePhysical);
                }
            }
        }
    }

    private void layOutSection(long section, long tablePhysical) {
        long first = section << SECTION_SHIFT;
        long end = first + (1L << SECTION_SHIFT);
        if (absent(first, end)) {
            return;
        }
        long entry;
        if (hasRoots()) {
            long root = tablePhysical + section / SECTIONS_PER_ROOT * Long.BYTES;
            long page = memory.getLong(root);
            if (page == 0) {
                page = description.pageOffset() + (places.page("mem_section") << GuestMemory.PAGE_SHIFT);
                memory.putLong(root, page);
            }
            entry = page - description.pageOffset() + section % SECTIONS_PER_ROOT * SECTION_SIZE;
        } else {
            entry = tablePhysical + section * SECTION_SIZE;
        }
        memory.putLong(entry, description.vmemmap() | SECTION_FLAGS);
        memory.putLong(entry + 8, description.pageOffset() + 0x1000);

        boolean whole = Stream.concat(description.withoutMemmap.stream(), description.sharedMemmap.stream())
                .noneMatch(odd -> odd.touches(first, end));
        long large = description.mapping.pages > 1 && whole ? places.tryPages("memory map", 512, 512) : -1;
        if (large >= 0) {
            map(structPage(first), large, 512);
        }
        for (long pfn = first; pfn < end; pfn += PFNS_PER_MAP_PAGE) {
            if (absent(pfn, pfn + PFNS_PER_MAP_PAGE)) {
                continue;
            }
            long place = large >= 0 ? large + (pfn - first) / PFNS_PER_MAP_PAGE : placeOf(pfn);
            mapPages.put(pfn / PFNS_PER_MAP_PAGE, place);
            if (large < 0) {
                map(structPage(pfn), place, 1);
            }
        }
    }

    /** A new page, or the one that an earlier group of page frames shares. */
    private long placeOf(long pfn) {
        for (ByteRange shared : description.sharedMemmap) {
            Long earlier = mapPages.get(shared.start() / PFNS_PER_MAP_PAGE);
            if (earlier != null && shared.contains(pfn, pfn + PFNS_PER_MAP_PAGE)) {
                return earlier;
            }
        }
        return places.page("memory map");
    }

    private void map(long virtual, long pfn, long pages) {
        tables.map(virtual, pfn << GuestMemory.PAGE_SHIFT, pages);
        mapped.add(
                new MappedRange("memory map", virtual, pfn << GuestMemory.PAGE_SHIFT, pages << GuestMemory.PAGE_SHIFT));
    }

    private boolean absent(long first, long end) {
        return description.withoutMemmap.stream().anyMatch(gap -> gap.contains(first, end));
    }

    /** Virtual address of a struct page, whether it exists or not. */
    long structPage(long pfn) {
        return description.vmemmap() + pfn * STRUCT_PAGE;
    }

    /** Whether the page frame has a struct page. */
    boolean hasStructPage(long pfn) {
        return mapPages.containsKey(pfn / PFNS_PER_MAP_PAGE);
    }

    /** Physical address of a struct page that exists. */
    long structPagePhysical(long pfn) {
        return (mapPages.get(pfn / PFNS_PER_MAP_PAGE) << GuestMemory.PAGE_SHIFT)
                + pfn % PFNS_PER_MAP_PAGE * STRUCT_PAGE;
    }

    /** All page frames that have a struct page, in groups of {@code PFNS_PER_MAP_PAGE}. */
    Iterable<Long> groups() {
        return mapPages.keySet();
    }

    static long firstOfGroup(long group) {
        return group * PFNS_PER_MAP_PAGE;
    }

    static long endOfGroup(long group) {
        return (group + 1) * PFNS_PER_MAP_PAGE;
    }
}
