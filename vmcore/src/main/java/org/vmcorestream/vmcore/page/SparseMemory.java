// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.page;

import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Where the struct pages of each memory section are, as the kernel's sparse memory model keeps them. Only sections that have
 * a memory map are here, in ascending order.
 */
public final class SparseMemory {
    private final int sectionShift;
    private final int structSize;
    private final long[] sections;
    private final long[] maps;

    /**
     * The memory maps of sections.
     *
     * @param sectionShift log2 of the page frames in a section
     * @param structSize SIZE(page)
     * @param sections numbers of sections, ascending
     * @param maps of each section the address at which the struct page of page frame 0 would be: the kernel stores it that
     *     way (include/linux/mmzone.h, {@code section_mem_map})
     */
    SparseMemory(int sectionShift, int structSize, long[] sections, long[] maps) {
        this.sectionShift = sectionShift;
        this.structSize = structSize;
        this.sections = sections;
        this.maps = maps;
    }

    /** Number of sections with a memory map. */
    public int sections() {
        return sections.length;
    }

    /**
     * Virtual address of the struct page of page frame 0, when the struct pages of all sections are one array that begins at a
     * page, as SPARSEMEM_VMEMMAP has it; empty when they are not, or when those of a section do not fill whole pages.
     *
     * @param pageShift log2 of the page size
     */
    OptionalLong vmemmap(int pageShift) {
        long withinPage = (1L << pageShift) - 1;
        if (((long) structSize << sectionShift & withinPage) != 0) {
            return OptionalLong.empty();
        }
        for (long map : maps) {
            if (map != maps[0] || (map & withinPage) != 0) {
                return OptionalLong.empty();
            }
        }
        return maps.length == 0 ? OptionalLong.empty() : OptionalLong.of(maps[0]);
    }

    /** First page frame of a section with a memory map, by its index from 0. */
    long firstPfn(int index) {
        return sections[index] << sectionShift;
    }

    /** Index of the first section with a memory map that ends behind a page frame; {@link #sections()} when none does. */
    int sectionAtOrBehind(long pfn) {
        int found = index(pfn);
        return found >= 0 ? found : -found - 1;
    }

    /** Page frame behind the last section that has a memory map. */
    public long endPfn() {
        return sections.length == 0 ? 0 : sections[sections.length - 1] + 1 << sectionShift;
    }

    /** Page frame behind the section that {@code pfn} is in. */
    public long sectionEnd(long pfn) {
        return (pfn >>> sectionShift) + 1 << sectionShift;
    }

    /** Whether there is a struct page for a page frame. */
    public boolean covers(long pfn) {
        return index(pfn) >= 0;
    }

    /** Virtual address of the struct page of a page frame that is covered. */
    public long structPage(long pfn) {
        return maps[index(pfn)] + pfn * structSize;
    }

    private int index(long pfn) {
        return Arrays.binarySearch(sections, pfn >>> sectionShift);
    }
}
