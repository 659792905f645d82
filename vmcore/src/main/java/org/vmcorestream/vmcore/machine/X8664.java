// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.machine;

import java.util.List;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.memory.VmcoreInfo;
import org.vmcorestream.vmcore.paging.PageTableFormat;

/**
 * x86-64. The kernel image is mapped in one piece from 0xffffffff80000000 on, and lies in physical memory at that distance from
 * phys_base; its top page table is part of it.
 *
 * <pre>
 *  NUMBER(phys_base)           what to add to (address in the image - 0xffffffff80000000)
 *  SYMBOL(init_top_pgt)        top page table; swapper_pg_dir or init_level4_pgt where that is missing
 *  NUMBER(pgtable_l5_enabled)  1: five levels
 *  NUMBER(sme_mask)            the bit of an entry that says "encrypted"
 * </pre>
 */
public final class X8664 implements Machine {
    /** First address of the kernel image's mapping (__START_KERNEL_map of arch/x86/include/asm/page_64_types.h). */
    private static final long KERNEL_IMAGE = 0xffff_ffff_8000_0000L;

    /** Longest kernel image (KERNEL_IMAGE_SIZE with KASLR); modules begin behind it. */
    private static final long KERNEL_IMAGE_SIZE = 1L << 30;

    private static final int PAGE_SHIFT = 12;
    private static final int PHYSICAL_BITS = 52;
    private static final List<String> TOP_TABLES = List.of("init_top_pgt", "swapper_pg_dir", "init_level4_pgt");

    X8664() {}

    @Override
    public String name() {
        return "x86_64";
    }

    @Override
    public int elfNumber() {
        return 62;
    }

    @Override
    public List<Integer> pageShifts() {
        return List.of(PAGE_SHIFT);
    }

    @Override
    public boolean wrote(VmcoreInfo info) throws CorruptVmcoreException {
        return info.number("pgtable_l5_enabled").isPresent();
    }

    @Override
    public KernelMap kernelMap(String source, VmcoreInfo info, int pageShift, OptionalLong otherPhysBase)
            throws CorruptVmcoreException {
        OptionalLong exported = info.number("phys_base");
        long physBase = exported.isPresent() ? exported.getAsLong() : otherPhysBase.orElse(0);
        long table = topTable(source, info);
        long root = table - KERNEL_IMAGE + physBase;
        if (Long.compareUnsigned(table, KERNEL_IMAGE) < 0
                || root < 0
                || root >= 1L << PHYSICAL_BITS
                || (root & 0xfff) != 0) {
            throw new CorruptVmcoreException(
                    source + ": VMCOREINFO has the top page table at 0x" + Long.toHexString(table) + " and phys_base "
                            + physBase + ", expected a page of the kernel image in physical memory");
        }
        return new KernelMap(
                physBase,
                root,
                new Entries(fiveLevels(info) ? 5 : 4, ~info.number("sme_mask").orElse(0)));
    }

    private static boolean fiveLevels(VmcoreInfo info) throws CorruptVmcoreException {
        return info.number("pgtable_l5_enabled").orElse(0) != 0;
    }

    private static long topTable(String source, VmcoreInfo info) throws CorruptVmcoreException {
        for (String name : TOP_TABLES) {
            OptionalLong symbol = info.symbol(name);
            if (symbol.isPresent()) {
                return symbol.getAsLong();
            }
        }
        throw new CorruptVmcoreException(source + ": VMCOREINFO has no top page table, expected SYMBOL(init_top_pgt)");
    }

    @Override
    public Sections sections(VmcoreInfo info, int pageShift) throws CorruptVmcoreException {
        return new Sections(List.of(27), fiveLevels(info) ? 52 : 46, PHYSICAL_BITS);
    }

    /** Kernels before Linux 4.10 do not export it, but the segments of /proc/vmcore say where the kernel's text is. */
    @Override
    public OptionalLong physBase(long virt, long phys) {
        return Long.compareUnsigned(virt, KERNEL_IMAGE) >= 0
                ? OptionalLong.of(phys - (virt - KERNEL_IMAGE))
                : OptionalLong.empty();
    }

    @Override
    public OptionalLong withoutTables(VmcoreInfo info, long physBase, long virt) {
        long offset = virt - KERNEL_IMAGE;
        long physical = offset + physBase;
        return virt < 0 && offset >= 0 && offset < KERNEL_IMAGE_SIZE && physical >= 0
                ? OptionalLong.of(physical)
                : OptionalLong.empty();
    }

    /** Lowest address in the kernel image: what would lie below physical address 0 cannot be in it. */
    @Override
    public String withoutTables(long physBase) {
        return "in the kernel image (from 0x" + Long.toHexString(KERNEL_IMAGE + Math.max(0, -physBase)) + " on)";
    }

    /** How page tables are read that begin somewhere, for who has no VMCOREINFO. */
    public static PageTableFormat entries(int levels, long smeMask) {
        return new Entries(levels, ~smeMask);
    }

    /**
     * Page tables with pages of 4 KiB, 2 MiB or 1 GiB.
     *
     * <pre>
     *   63        57 56   48 47   39 38   30 29   21 20   12 11      0
     *  +------------+-------+-------+-------+-------+-------+---------+
     *  | sign       | 5th   | 4th   | 3rd   | 2nd   | 1st   | offset  |
     *  +------------+-------+-------+-------+-------+-------+---------+
     *  entry: bit 0 present, bit 7 (levels 2 and 3) maps a large page, bits 12 to 51 address; sme_mask is not part of it
     * </pre>
     *
     * @param levels 4 or 5
     * @param entryMask all bits but those that say "encrypted"
     */
    private record Entries(int levels, long entryMask) implements PageTableFormat {
        private static final int PRESENT = 1;
        private static final int LARGE = 1 << 7;
        private static final long ADDRESS_MASK = 0x000f_ffff_ffff_f000L;

        @Override
        public int pageShift() {
            return PAGE_SHIFT;
        }

        @Override
        public int topBits() {
            return tableBits();
        }

        @Override
        public boolean covers(long virt) {
            int unused = Long.SIZE - PAGE_SHIFT - tableBits() * levels;
            return virt << unused >> unused == virt;
        }

        @Override
        public Entry kind(long entry, int level) {
            long bits = entry & entryMask;
            if ((bits & PRESENT) == 0) {
                return Entry.NONE;
            }
            boolean large = (bits & LARGE) != 0;
            if (level == 1 || large && level <= 3) {
                return Entry.PAGE;
            }
            return large ? Entry.NONE : Entry.TABLE;
        }

        @Override
        public long address(long entry) {
            return entry & entryMask & ADDRESS_MASK;
        }
    }
}
