// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.machine;

import java.util.List;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.memory.VmcoreInfo;
import org.vmcorestream.vmcore.paging.PageTableFormat;

/**
 * aarch64 (arch/arm64 of the kernel) with pages of 4, 16 or 64 KiB. The kernel image lies at its addresses minus kimage_voffset,
 * and its top page table is part of it.
 *
 * <pre>
 *  NUMBER(kimage_voffset)   virtual minus physical address of everything in the kernel image
 *  SYMBOL(swapper_pg_dir)   top page table, in the image
 *  NUMBER(VA_BITS)          bits of a kernel address that the kernel was built for
 *  NUMBER(TCR_EL1_T1SZ)     64 minus the bits it runs with: fewer than VA_BITS where that is 52 and the CPU cannot do it
 *                           (Linux 5.11; tcr_el1_t1sz in some kernels before)
 *  NUMBER(PHYS_OFFSET)      physical address of the direct map's first byte, which can be "negative"; phys_base of kdump files
 * </pre>
 */
public final class Aarch64 implements Machine {
    private static final int PHYSICAL_BITS = 52;
    private static final int SHIFT_4K = 12;
    private static final int SHIFT_16K = 14;
    private static final int SHIFT_64K = 16;

    Aarch64() {}

    @Override
    public String name() {
        return "aarch64";
    }

    @Override
    public int elfNumber() {
        return 183;
    }

    @Override
    public List<Integer> pageShifts() {
        return List.of(SHIFT_4K, SHIFT_16K, SHIFT_64K);
    }

    @Override
    public boolean wrote(VmcoreInfo info) throws CorruptVmcoreException {
        return info.number("kimage_voffset").isPresent();
    }

    @Override
    public KernelMap kernelMap(String source, VmcoreInfo info, int pageShift, OptionalLong otherPhysBase)
            throws CorruptVmcoreException {
        int vaBits =
                KernelImage.vaBits(source, info, allVaBits(pageShift), " with pages of " + (1 << pageShift) + " bytes");
        int bitsInUse = bitsInUse(source, info, pageShift, vaBits);
        long root = KernelImage.topTable(
                source, info, "kimage_voffset", "an aarch64 kernel, Linux 4.12 or later", pageShift, PHYSICAL_BITS);
        OptionalLong physOffset = info.number("PHYS_OFFSET");
        long physBase = physOffset.isPresent() ? physOffset.getAsLong() : otherPhysBase.orElse(0);
        return new KernelMap(physBase, root, entries(pageShift, vaBits, bitsInUse));
    }

    /** Those of arch/arm64/Kconfig. */
    private static List<Integer> allVaBits(int pageShift) {
        return switch (pageShift) {
            case SHIFT_4K -> List.of(39, 48, 52);
            case SHIFT_16K -> List.of(36, 47, 48, 52);
            default -> List.of(42, 48, 52);
        };
    }

    /** Kernels for 52 bits can run with fewer. */
    private static int bitsInUse(String source, VmcoreInfo info, int pageShift, int vaBits)
            throws CorruptVmcoreException {
        OptionalLong size = info.number("TCR_EL1_T1SZ");
        size = size.isPresent() ? size : info.number("tcr_el1_t1sz");
        if (size.isEmpty()) {
            return vaBits;
        }
        long bits = Long.SIZE - size.getAsLong();
        boolean fewer = vaBits == 52 && (bits == 48 || bits == 47 && pageShift == SHIFT_16K);
        if (bits != vaBits && !fewer) {
            throw new CorruptVmcoreException(source + ": VMCOREINFO has NUMBER(TCR_EL1_T1SZ)=" + size.getAsLong()
                    + " and NUMBER(VA_BITS)=" + vaBits + ", expected " + (Long.SIZE - vaBits)
                    + (vaBits == 52 ? " or " + (Long.SIZE - 48) : ""));
        }
        return (int) bits;
    }

    /**
     * How page tables are read.
     *
     * @param pageShift 12, 14 or 16
     * @param vaBits bits of an address that the kernel was built for
     * @param bitsInUse bits of an address that it runs with
     */
    public static PageTableFormat entries(int pageShift, int vaBits, int bitsInUse) {
        // With 64 KiB pages the top table is indexed by all bits that the kernel was built for, of which the CPU is
        // told the last part alone. With others the tables of 52 bits are folded: the top table is one of the level
        // below.
        int bits = pageShift == SHIFT_64K ? vaBits : bitsInUse;
        int tableBits = pageShift - 3;
        int levels = (bits - pageShift + tableBits - 1) / tableBits;
        int topBits = bits - pageShift - tableBits * (levels - 1);
        return new Entries(pageShift, levels, topBits, bits, pageShift != SHIFT_64K && bitsInUse == 52);
    }

    /** Sections were of 1 GiB before Linux 5.12, and are of 128 or, with 64 KiB pages, 512 MiB since. */
    @Override
    public Sections sections(VmcoreInfo info, int pageShift) throws CorruptVmcoreException {
        int physicalBits = info.number("VA_BITS").orElse(0) == 52 ? PHYSICAL_BITS : 48;
        return new Sections(List.of(30, pageShift == SHIFT_64K ? 29 : 27), physicalBits, PHYSICAL_BITS);
    }

    /** The direct map, at the lower end of kernel addresses since Linux 5.4; it has half of the addresses of 48 bits at least. */
    @Override
    public OptionalLong withoutTables(VmcoreInfo info, long physBase, long virt) throws CorruptVmcoreException {
        OptionalLong vaBits = info.number("VA_BITS");
        OptionalLong start = info.symbol("_stext");
        if (vaBits.isEmpty() || start.isEmpty() || vaBits.getAsLong() < 36 || vaBits.getAsLong() > 52) {
            return OptionalLong.empty();
        }
        long pageOffset = -1L << vaBits.getAsLong();
        long end = -1L << Math.min(48, vaBits.getAsLong()) - 1;
        boolean imageAboveDirectMap = start.getAsLong() >= end;
        long physical = virt - pageOffset + physBase;
        return virt < 0 && imageAboveDirectMap && virt >= pageOffset && virt < end && physical >= 0
                ? OptionalLong.of(physical)
                : OptionalLong.empty();
    }

    @Override
    public String withoutTables(long physBase) {
        return "in the direct map";
    }

    /**
     * Descriptors of translation tables (Arm Architecture Reference Manual, VMSAv8-64).
     *
     * <pre>
     *  bits 1:0   00, 10 invalid   11 table, at level 1 page   01 block (levels 2 and up, as far as the granule has blocks)
     *  address    4 and 16 KiB                bits 47 to page shift
     *             4 and 16 KiB with LPA2      bits 49 to page shift; bits 9:8 are 51:50
     *             64 KiB                      bits 47 to 16; bits 15:12 are 51:48 (0 where a CPU has 48 bits only)
     * </pre>
     *
     * The kernel has LPA2 in force exactly where it runs with 52 bits of address; bits 9:8 say "shareable" elsewhere.
     *
     * @param bits bits of an address that the tables resolve
     * @param lpa2 whether addresses are coded as LPA2 does
     */
    private record Entries(int pageShift, int levels, int topBits, int bits, boolean lpa2) implements PageTableFormat {
        private static final int TYPE = 3;
        private static final int TABLE_OR_PAGE = 3;
        private static final int BLOCK = 1;

        /** Highest level with blocks: 1 GiB, 32 MiB and 512 MiB, and one more with 52 bits of physical address. */
        private int highestBlock() {
            boolean large = lpa2 || pageShift == SHIFT_64K;
            return (pageShift == SHIFT_4K ? 3 : 2) + (large ? 1 : 0);
        }

        @Override
        public boolean covers(long virt) {
            return virt >> bits == -1;
        }

        @Override
        public Entry kind(long entry, int level) {
            long type = entry & TYPE;
            if (type == TABLE_OR_PAGE) {
                return level == 1 ? Entry.PAGE : Entry.TABLE;
            }
            return type == BLOCK && level > 1 && level <= highestBlock() ? Entry.PAGE : Entry.NONE;
        }

        @Override
        public long address(long entry) {
            long low = entry & (1L << (lpa2 ? 50 : 48)) - (1L << pageShift);
            if (pageShift == SHIFT_64K) {
                return low | (entry >>> 12 & 0xf) << 48;
            }
            return lpa2 ? low | (entry >>> 8 & 3) << 50 : low;
        }
    }
}
