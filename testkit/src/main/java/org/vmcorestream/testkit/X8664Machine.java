// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/**
 * x86-64. Each page table is one page of 512 entries of 8 bytes:
 *
 * <pre>
 *  63  62       52 51                             12 11   9 8  7  6 5 4 3 2 1 0
 *  +--+-----------+---------------------------------+------+--+--+-+-+-+-+-+-+-+
 *  |NX| available | physical page frame             | avl  |G |PS|D|A| | |U|W|P|
 *  +--+-----------+---------------------------------+------+--+--+-+-+-+-+-+-+-+
 *   P present, PS page (in the third and second table: 1 GiB and 2 MiB), the SME mask is or-ed in
 * </pre>
 */
record X8664Machine() implements SyntheticMachine {
    /** __START_KERNEL_map: physical = virtual - this + phys_base. */
    private static final long START_KERNEL_MAP = 0xffffffff80000000L;

    private static final long LINKED_AT = 0x1000000;
    private static final long TABLE_BITS = 0x63;
    private static final long PAGE_BITS = 0x8000000000000163L;
    private static final long LARGE = 1 << 7;
    private static final long ADDRESS = 0x000ffffffffff000L;

    @Override
    public String name() {
        return "x86_64";
    }

    @Override
    public int elfNumber() {
        return 62;
    }

    @Override
    public String topTable() {
        return "init_top_pgt";
    }

    @Override
    public int levels(Description description) {
        return description.levels;
    }

    @Override
    public void check(Description description) {
        if (description.pageShift != 12) {
            throw new DescriptionException("x86_64 has pages of 4K alone");
        }
    }

    @Override
    public long pageOffset(Description description) {
        return description.levels == 5 ? 0xff11000000000000L : 0xffff888000000000L;
    }

    @Override
    public long vmemmap(Description description) {
        return description.levels == 5 ? 0xffd4000000000000L : 0xffffea0000000000L;
    }

    @Override
    public long image(Description description) {
        return START_KERNEL_MAP + LINKED_AT;
    }

    @Override
    public int sectionBits(Description description) {
        return 27;
    }

    @Override
    public int physicalBits(Description description) {
        return description.levels == 5 ? 52 : 46;
    }

    @Override
    public long tableEntry(Description description, long physical) {
        return physical | description.smeMask | TABLE_BITS;
    }

    @Override
    public long pageEntry(Description description, long physical, int level) {
        return physical | description.smeMask | PAGE_BITS | (level > 1 ? LARGE : 0);
    }

    @Override
    public long table(Description description, long entry) {
        return (entry & LARGE) != 0 ? -1 : entry & ADDRESS & ~description.smeMask;
    }

    @Override
    public long physBase(Description description, KernelImage image) {
        return image.physical() - (image.start() - START_KERNEL_MAP);
    }

    /** {@code arch/x86/kernel/vmcore_info_64.c}. */
    @Override
    public void vmcoreInfo(Description description, KernelImage image, VmcoreInfoText text) {
        text.number("phys_base", physBase(description, image));
        text.symbol("init_top_pgt", image.virtual("init_top_pgt"));
        text.number("pgtable_l5_enabled", description.levels == 5 ? 1 : 0);
        text.put("KERNELOFFSET", Long.toHexString(description.kaslr));
        text.number("KERNEL_IMAGE_SIZE", 1L << 30);
        text.put("NUMBER(sme_mask)", Long.toUnsignedString(description.smeMask));
    }
}
