// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.List;

/**
 * riscv64 with Sv39, Sv48 or Sv57, laid out as Linux 6.x does. Page table entries:
 *
 * <pre>
 *  63 62  61 60    54 53                     10 9  8 7 6 5 4 3 2 1 0
 *  +-+------+--------+-------------------------+----+-+-+-+-+-+-+-+-+
 *  |N|PBMT  |        | physical page frame     | RSW|D|A|G|U|X|W|R|V|
 *  +-+------+--------+-------------------------+----+-+-+-+-+-+-+-+-+
 *   an entry with none of X, W and R names a table
 * </pre>
 */
record Riscv64Machine() implements SyntheticMachine {
    private static final int FRAME_SHIFT = 10;
    private static final long TABLE = 1;

    /** PBMT 1, dirty, accessed, global, executable, writable, readable, valid. */
    private static final long PAGE = 1L << 61 | 0xef;

    private static final long READ_WRITE_EXECUTE = 0xe;
    private static final long KERNEL_LINK_ADDR = 0xffffffff80000000L;

    @Override
    public String name() {
        return "riscv64";
    }

    @Override
    public int elfNumber() {
        return 243;
    }

    @Override
    public String topTable() {
        return "swapper_pg_dir";
    }

    @Override
    public int levels(Description description) {
        return (description.vaBits() - 12) / 9;
    }

    @Override
    public void check(Description description) {
        if (description.pageShift != 12) {
            throw new DescriptionException("riscv64 has pages of 4K alone");
        }
        if (!List.of(39, 48, 57).contains(description.vaBits()) || description.vaBitsInUse() != description.vaBits()) {
            throw new DescriptionException("va_bits is 39, 48 or 57, not " + description.vaBits());
        }
    }

    private static long pageOffsetOfKernel(Description description) {
        return switch (description.vaBits()) {
            case 39 -> 0xffffffd600000000L;
            case 48 -> 0xffffaf8000000000L;
            default -> 0xff60000000000000L;
        };
    }

    private static long memoryStart(Description description) {
        return description.memoryStart() & -1L << 21;
    }

    @Override
    public long pageOffset(Description description) {
        return pageOffsetOfKernel(description) - memoryStart(description);
    }

    private static long vmallocStart(Description description) {
        return pageOffsetOfKernel(description) - (1L << description.vaBits() - 3);
    }

    private static long vmemmapStart(Description description) {
        return vmallocStart(description) - (1L << description.vaBits() - 12 - 1 + 6);
    }

    @Override
    public long vmemmap(Description description) {
        return vmemmapStart(description) - (memoryStart(description) >>> 12) * MemoryModel.STRUCT_PAGE;
    }

    @Override
    public long image(Description description) {
        return KERNEL_LINK_ADDR;
    }

    @Override
    public int sectionBits(Description description) {
        return 27;
    }

    /** 56 on real ones, whose table of sections takes 32 MiB. */
    @Override
    public int physicalBits(Description description) {
        return 44;
    }

    @Override
    public long tableEntry(Description description, long physical) {
        return physical >>> 12 << FRAME_SHIFT | TABLE;
    }

    @Override
    public long pageEntry(Description description, long physical, int level) {
        return physical >>> 12 << FRAME_SHIFT | PAGE;
    }

    @Override
    public long table(Description description, long entry) {
        return (entry & READ_WRITE_EXECUTE) != 0 ? -1 : entry >>> FRAME_SHIFT << 12;
    }

    @Override
    public long physBase(Description description, KernelImage image) {
        return memoryStart(description);
    }

    /** {@code arch/riscv/kernel/vmcore_info.c}. */
    @Override
    public void vmcoreInfo(Description description, KernelImage image, VmcoreInfoText text) {
        text.number("phys_ram_base", memoryStart(description));
        text.hex("PAGE_OFFSET", pageOffsetOfKernel(description));
        text.hex("VMALLOC_END", pageOffsetOfKernel(description) - 1);
        text.number("VA_BITS", description.vaBits());
        text.hex("VMEMMAP_START", vmemmapStart(description));
        text.hex("VMEMMAP_END", vmallocStart(description));
        text.hex("KERNEL_LINK_ADDR", image.start());
        text.hex("va_kernel_pa_offset", image.start() - image.physical());
    }
}
