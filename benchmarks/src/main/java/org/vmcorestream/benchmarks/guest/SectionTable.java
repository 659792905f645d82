// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/**
 * The kernel's table of memory sections, to be made longer: pages of {@code struct mem_section}, found through an array of
 * roots (SPARSEMEM_EXTREME). Since the memory map is one array in virtual memory, {@code section_mem_map} is the same in
 * all sections: the address of that array, and flags.
 */
final class SectionTable {
    private static final long FLAGS = 0x3f;
    private static final long PRESENT = 1;
    private static final long KERNEL_IMAGE = 0xffff_ffff_8000_0000L;

    private final GuestFile file;
    private final KernelTables tables;
    private final long roots;
    private final long pageOffset;
    private final long rootCount;
    private final int entrySize;
    private final int mapOffset;
    private final ByteBuffer entry;
    private long vmemmap;

    SectionTable(GuestFile file, KernelTables tables, VmcoreInfo info) throws IOException {
        this.file = file;
        this.tables = tables;
        long symbol = info.symbol("mem_section").orElseThrow(() -> missing("SYMBOL(mem_section)"));
        rootCount = info.length("mem_section").orElseThrow(() -> missing("LENGTH(mem_section)"));
        entrySize = info.size("mem_section").orElseThrow(() -> missing("SIZE(mem_section)"));
        mapOffset = info.offset("mem_section.section_mem_map").orElse(0);
        long bits = info.number("SECTION_SIZE_BITS").orElse(27);
        int page = info.size("page").orElse(0);
        if (bits != 27 || page != 64) {
            throw new GuestException("sections of 2^" + bits + " bytes and struct pages of " + page
                    + " bytes, expected 2^27 and 64: a section's struct pages are then 2 MiB");
        }
        roots = Long.compareUnsigned(symbol, KERNEL_IMAGE) >= 0 ? file.get(tables.phys(symbol)) : symbol;
        pageOffset = roots - tables.phys(roots);
        entry = ByteBuffer.allocateDirect(entrySize).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static GuestException missing(String key) {
        return new GuestException("VMCOREINFO has no " + key + ", expected a kernel with extremely sparse memory");
    }

    /** Virtual address of physical address 0 in the direct map. */
    long pageOffset() {
        return pageOffset;
    }

    /** Makes a section like another one that has a memory map. */
    void copy(long from, long to) throws IOException {
        entry.clear();
        file.read(place(from, false), entry);
        long coded = entry.getLong(mapOffset);
        long map = coded & ~FLAGS;
        if ((coded & PRESENT) == 0 || map >= 0 || vmemmap != 0 && vmemmap != map) {
            throw new GuestException("section " + from + " has section_mem_map 0x" + Long.toHexString(coded)
                    + ", expected one array of struct pages for all memory");
        }
        vmemmap = map;
        file.write(place(to, true), entry.clear());
    }

    /** Virtual address of the struct pages of a section, known once a section was copied. */
    long memoryMap(long section) {
        return vmemmap + section * (GuestPlan.SECTION / GuestFile.PAGE) * 64;
    }

    private long place(long section, boolean create) throws IOException {
        int perRoot = GuestFile.PAGE / entrySize;
        long root = section / perRoot;
        if (root >= rootCount) {
            throw new GuestException("section " + section + " is beyond the " + rootCount + " roots of the table");
        }
        long slot = tables.phys(roots + root * Long.BYTES);
        long page = file.get(slot);
        if (page == 0) {
            if (!create) {
                throw new GuestException("section " + section + " has no entry, expected memory with struct pages");
            }
            page = pageOffset + file.allocate();
            file.put(slot, page);
        }
        return tables.phys(page) + section % perRoot * entrySize;
    }
}
