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
 * section is 32,768 page frames on x86-64; a page of 4 KiB of the memory map holds 64 struct pages of 64 bytes.
 *
 * <pre>
 *  struct mem_section, 32 bytes:  0 section_mem_map   address of the first struct page - first pfn * 64, low bits flags
 *                                 8 usage             pointer
 * </pre>
 */
final class MemoryModel {
    static final int STRUCT_PAGE = 64;
    static final int SECTION_SIZE = 32;

    /** Present, has a memory map, online, early. */
    private static final long SECTION_FLAGS = 0xf;

    private final Description description;
    private final int pageShift;
    private final long sectionPages;
    private final int sectionsPerRoot;
    private final int pfnsPerMapPage;
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
        pageShift = description.pageShift;
        sectionPages = description.sectionPages();
        sectionsPerRoot = description.pageSize() / SECTION_SIZE;
        pfnsPerMapPage = description.pageSize() / STRUCT_PAGE;
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
        long all = 1L << description.physicalBits() - description.machine.sectionBits(description);
        return hasRoots() ? all / sectionsPerRoot : all;
    }

    /** Bytes the table takes. */
    long tableBytes() {
        return tableLength() * (hasRoots() ? Long.BYTES : SECTION_SIZE);
    }

    /** Makes the memory map and the section table, the latter at the physical address given. */
    void layOut(long tablePhysical) {
        for (ByteRange range : description.memory) {
            int bits = description.machine.sectionBits(description);
            for (long s = range.start() >> bits; s <= range.end() - 1 >> bits; s++) {
                if (sections.add(s)) {
                    layOutSection(s, tablePhysical);
                }
            }
        }
    }

    private void layOutSection(long section, long tablePhysical) {
        long first = section * sectionPages;
        long end = first + sectionPages;
        if (absent(first, end)) {
            return;
        }
        long entry;
        if (hasRoots()) {
            long root = tablePhysical + section / sectionsPerRoot * Long.BYTES;
            long page = memory.getLong(root);
            if (page == 0) {
                page = description.pageOffset() + (places.page("mem_section") << pageShift);
                memory.putLong(root, page);
            }
            entry = page - description.pageOffset() + section % sectionsPerRoot * SECTION_SIZE;
        } else {
            entry = tablePhysical + section * SECTION_SIZE;
        }
        memory.putLong(entry, description.vmemmap() | SECTION_FLAGS);
        memory.putLong(entry + 8, description.pageOffset() + 0x1000);

        boolean whole = Stream.concat(description.withoutMemmap.stream(), description.sharedMemmap.stream())
                .noneMatch(odd -> odd.touches(first, end));
        long block = description.pagesOf(2);
        boolean fits = sectionPages * STRUCT_PAGE == block << pageShift;
        long large =
                description.mapping.level() > 1 && whole && fits ? places.tryPages("memory map", block, block) : -1;
        if (large >= 0) {
            map(structPage(first), large, 2);
        }
        for (long pfn = first; pfn < end; pfn += pfnsPerMapPage) {
            if (absent(pfn, pfn + pfnsPerMapPage)) {
                continue;
            }
            long place = large >= 0 ? large + (pfn - first) / pfnsPerMapPage : placeOf(pfn);
            mapPages.put(pfn / pfnsPerMapPage, place);
            if (large < 0) {
                map(structPage(pfn), place, 1);
            }
        }
    }

    /** A new page, or the one that an earlier group of page frames shares. */
    private long placeOf(long pfn) {
        for (ByteRange shared : description.sharedMemmap) {
            Long earlier = mapPages.get(shared.start() / pfnsPerMapPage);
            if (earlier != null && shared.contains(pfn, pfn + pfnsPerMapPage)) {
                return earlier;
            }
        }
        return places.page("memory map");
    }

    private void map(long virtual, long pfn, int level) {
        tables.map(virtual, pfn << pageShift, level);
        mapped.add(new MappedRange("memory map", virtual, pfn << pageShift, description.pagesOf(level) << pageShift));
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
        return mapPages.containsKey(pfn / pfnsPerMapPage);
    }

    /** Physical address of a struct page that exists. */
    long structPagePhysical(long pfn) {
        return (mapPages.get(pfn / pfnsPerMapPage) << pageShift) + pfn % pfnsPerMapPage * STRUCT_PAGE;
    }

    /** All page frames that have a struct page, in groups of {@code pfnsPerMapPage}. */
    Iterable<Long> groups() {
        return mapPages.keySet();
    }

    long firstOfGroup(long group) {
        return group * pfnsPerMapPage;
    }

    long endOfGroup(long group) {
        return (group + 1) * pfnsPerMapPage;
    }
}
