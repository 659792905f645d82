// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.List;
import java.util.Map;

/**
 * aarch64, laid out as Linux does since 5.11: direct map at the lower end of kernel addresses, kernel image in their upper half,
 * memory map 1 GiB below their end. Descriptors of translation tables:
 *
 * <pre>
 *  63 55 54  53  52   51  50 49               page shift   11 10  9  8 7 6 5 4   2 1  0
 *  +----+---+---+----+---+--------------------+-----------+---+--+-----+--+--+----+----+
 *  |    |UXN|PXN|cont|DBM| address            |           |nG |AF| SH  |AP|NS|attr|type|
 *  +----+---+---+----+---+--------------------+-----------+---+--+-----+--+--+----+----+
 *   type 3 table or page, 1 block; with LPA2 SH is bits 51:50 of the address; with 64 KiB bits 15:12 are its bits 51:48
 * </pre>
 */
record Aarch64Machine() implements SyntheticMachine {
    private static final Map<Integer, List<Integer>> VA_BITS =
            Map.of(12, List.of(39, 48, 52), 14, List.of(36, 47, 48, 52), 16, List.of(42, 48, 52));
    private static final long TABLE = 3L;

    /** UXN, DBM, AF, page. */
    private static final long PAGE = 1L << 54 | 1L << 51 | 1 << 10 | 3;

    private static final long INNER_SHAREABLE = 3 << 8;
    private static final long TYPE_BLOCK = 2;

    @Override
    public String name() {
        return "aarch64";
    }

    @Override
    public int elfNumber() {
        return 183;
    }

    @Override
    public String topTable() {
        return "swapper_pg_dir";
    }

    /** With 64 KiB pages 52 bits need no level more than 48. */
    private static int tableVaBits(Description description) {
        return description.pageShift == 16 ? description.vaBits() : description.vaBitsInUse();
    }

    @Override
    public int levels(Description description) {
        int perLevel = description.pageShift - 3;
        return (tableVaBits(description) - description.pageShift + perLevel - 1) / perLevel;
    }

    @Override
    public int topBits(Description description) {
        int perLevel = description.pageShift - 3;
        return tableVaBits(description) - description.pageShift - perLevel * (levels(description) - 1);
    }

    @Override
    public void check(Description description) {
        List<Integer> possible = VA_BITS.get(description.pageShift);
        if (!possible.contains(description.vaBits())) {
            throw new DescriptionException("va_bits is one of " + possible + ", not " + description.vaBits());
        }
        boolean fewer = description.vaBits() == 52
                && List.of(description.pageShift == 14 ? 47 : 48, 48).contains(description.vaBitsInUse());
        if (description.vaBitsInUse() != description.vaBits() && !fewer) {
            throw new DescriptionException("only kernels for 52 bits run with 48 (or 47 with 16K pages)");
        }
    }

    /** ARM64_MEMSTART_ALIGN is at most 1 GiB where sections are not larger. */
    private static long memoryStart(Description description) {
        return description.memoryStart() & -1L << 30;
    }

    @Override
    public long pageOffset(Description description) {
        return (-1L << description.vaBitsInUse()) - memoryStart(description);
    }

    /** PHYS_OFFSET: chosen so that the direct map of 48 bits lies at the end of that for 52. */
    private static long physOffset(Description description) {
        return memoryStart(description) - ((-1L << description.vaBitsInUse()) - (-1L << description.vaBits()));
    }

    private static int leastVaBits(Description description) {
        return description.vaBits() == 52 ? description.pageShift == 14 ? 47 : 48 : description.vaBits();
    }

    private static long pageEnd(Description description) {
        return -1L << leastVaBits(description) - 1;
    }

    private static long vmemmapStart(Description description) {
        long pages = pageEnd(description) - (-1L << description.vaBits()) >>> description.pageShift;
        return vmemmapEnd() - pages * MemoryModel.STRUCT_PAGE;
    }

    private static long vmemmapEnd() {
        return -(1L << 30);
    }

    @Override
    public long vmemmap(Description description) {
        return vmemmapStart(description) - (physOffset(description) >> description.pageShift) * MemoryModel.STRUCT_PAGE;
    }

    @Override
    public long image(Description description) {
        return pageEnd(description) + (2L << 30);
    }

    @Override
    public int sectionBits(Description description) {
        return description.pageShift == 16 ? 29 : 27;
    }

    @Override
    public int physicalBits(Description description) {
        return description.vaBits() == 52 ? 52 : 48;
    }

    private static boolean lpa2(Description description) {
        return description.pageShift != 16 && description.vaBitsInUse() == 52;
    }

    private static long coded(Description description, long physical) {
        if (description.pageShift == 16) {
            return physical & (1L << 48) - 1 | physical >>> 48 << 12;
        }
        return lpa2(description) ? physical & (1L << 50) - 1 | physical >>> 50 << 8 : physical;
    }

    @Override
    public long tableEntry(Description description, long physical) {
        return coded(description, physical) | TABLE;
    }

    @Override
    public long pageEntry(Description description, long physical, int level) {
        long shareable = lpa2(description) ? 0 : INNER_SHAREABLE;
        return (coded(description, physical) | PAGE | shareable) & (level > 1 ? ~TYPE_BLOCK : -1L);
    }

    @Override
    public long table(Description description, long entry) {
        if ((entry & TYPE_BLOCK) == 0) {
            return -1;
        }
        long low = entry & (1L << (lpa2(description) ? 50 : 48)) - (1L << description.pageShift);
        if (description.pageShift == 16) {
            return low | (entry >>> 12 & 15) << 48;
        }
        return lpa2(description) ? low | (entry >>> 8 & 3) << 50 : low;
    }

    @Override
    public long physBase(Description description, KernelImage image) {
        return physOffset(description);
    }

    /** {@code arch/arm64/kernel/vmcore_info.c}. */
    @Override
    public void vmcoreInfo(Description description, KernelImage image, VmcoreInfoText text) {
        text.number("VA_BITS", description.vaBits());
        text.hex("MODULES_VADDR", pageEnd(description));
        text.hex("MODULES_END", image(description));
        text.hex("VMEMMAP_START", vmemmapStart(description));
        text.hex("VMEMMAP_END", vmemmapEnd());
        text.hex("kimage_voffset", image.start() - image.physical());
        text.hex("PHYS_OFFSET", physOffset(description));
        text.hex("TCR_EL1_T1SZ", Long.SIZE - description.vaBitsInUse());
        text.put("KERNELOFFSET", Long.toHexString(description.kaslr));
        text.hex("KERNELPACMASK", 0);
    }
}
