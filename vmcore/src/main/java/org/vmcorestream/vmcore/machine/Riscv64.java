// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.machine;

import java.util.List;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.memory.VmcoreInfo;
import org.vmcorestream.vmcore.paging.PageTableFormat;

/**
 * riscv64 with Sv39, Sv48 or Sv57. The kernel image lies at its addresses minus va_kernel_pa_offset, and its top page table is
 * part of it.
 *
 * <pre>
 *  NUMBER(va_kernel_pa_offset)  virtual minus physical address of everything in the kernel image (Linux 6.4)
 *  SYMBOL(swapper_pg_dir)       top page table, in the image
 *  NUMBER(VA_BITS)              39, 48 or 57
 *  NUMBER(PAGE_OFFSET)          virtual address of the direct map
 *  NUMBER(KERNEL_LINK_ADDR)     virtual address of the kernel image, above everything else
 *  NUMBER(phys_ram_base)        physical address of the direct map's first byte; phys_base of kdump files
 * </pre>
 */
public final class Riscv64 implements Machine {
    private static final int PAGE_SHIFT = 12;
    private static final int PHYSICAL_BITS = 56;
    private static final List<Integer> VA_BITS = List.of(39, 48, 57);

    Riscv64() {}

    @Override
    public String name() {
        return "riscv64";
    }

    @Override
    public int elfNumber() {
        return 243;
    }

    @Override
    public List<Integer> pageShifts() {
        return List.of(PAGE_SHIFT);
    }

    @Override
    public boolean wrote(VmcoreInfo info) throws CorruptVmcoreException {
        return info.number("KERNEL_LINK_ADDR").isPresent();
    }

    @Override
    public KernelMap kernelMap(String source, VmcoreInfo info, int pageShift, OptionalLong otherPhysBase)
            throws CorruptVmcoreException {
        int vaBits = KernelImage.vaBits(source, info, VA_BITS, "");
        long root = KernelImage.topTable(
                source, info, "va_kernel_pa_offset", "a riscv64 kernel, Linux 6.4 or later", PAGE_SHIFT, PHYSICAL_BITS);
        OptionalLong ramBase = info.number("phys_ram_base");
        return new KernelMap(
                ramBase.isPresent() ? ramBase.getAsLong() : otherPhysBase.orElse(0), root, entries(vaBits));
    }

    /**
     * How page tables are read.
     *
     * @param vaBits 39, 48 or 57
     */
    public static PageTableFormat entries(int vaBits) {
        return new Entries((vaBits - PAGE_SHIFT) / (PAGE_SHIFT - 3));
    }

    @Override
    public Sections sections(VmcoreInfo info, int pageShift) {
        return new Sections(List.of(27), PHYSICAL_BITS, PHYSICAL_BITS);
    }

    /** The kernel image, which lies in one piece at the end of all addresses. */
    @Override
    public OptionalLong withoutTables(VmcoreInfo info, long physBase, long virt) throws CorruptVmcoreException {
        OptionalLong start = info.number("KERNEL_LINK_ADDR");
        OptionalLong imageOffset = info.number("va_kernel_pa_offset");
        if (start.isEmpty() || imageOffset.isEmpty() || start.getAsLong() >= 0 || virt >= 0) {
            return OptionalLong.empty();
        }
        long physical = virt - imageOffset.getAsLong();
        return virt >= start.getAsLong() && physical >= 0 ? OptionalLong.of(physical) : OptionalLong.empty();
    }

    @Override
    public String withoutTables(long physBase) {
        return "in the kernel image";
    }

    /**
     * Page table entries (RISC-V privileged architecture; Svnapot, Svpbmt).
     *
     * <pre>
     *  bit 0 valid   bits 3:1 X W R: any of them maps a page, at every level   bits 53:10 page frame   bit 63 N (level 1)
     *  N: one of 16 entries that map 64 KiB; the low bits of the page frame then say so (1000) and are no address
     * </pre>
     */
    private record Entries(int levels) implements PageTableFormat {
        private static final int VALID = 1;
        private static final int LEAF = 7 << 1;
        private static final int NAPOT_SHIFT = 16;

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
            if ((entry & VALID) == 0) {
                return Entry.NONE;
            }
            if ((entry & LEAF) != 0) {
                return Entry.PAGE;
            }
            return level == 1 ? Entry.NONE : Entry.TABLE;
        }

        @Override
        public long address(long entry) {
            return (entry >>> 10 & (1L << PHYSICAL_BITS - PAGE_SHIFT) - 1) << PAGE_SHIFT;
        }

        @Override
        public int mappedShift(long entry, int shift) {
            return entry < 0 && shift == PAGE_SHIFT ? NAPOT_SHIFT : shift;
        }
    }
}
