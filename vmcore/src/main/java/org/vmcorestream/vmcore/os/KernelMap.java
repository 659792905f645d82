// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.os;

import java.util.List;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.elf.Segment;
import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;
import org.vmcorestream.vmcore.paging.KernelMemory;
import org.vmcorestream.vmcore.paging.PageTables;

/**
 * How this kernel's addresses are translated. The kernel image is mapped in one piece from 0xffffffff80000000 on, and lies
 * in physical memory at that distance from phys_base; its top page table is part of it. Everything else goes through the
 * page tables.
 *
 * @param physBase NUMBER(phys_base), or what the segment of the kernel's text says
 * @param root physical address of the top page table
 * @param levels 4 or 5, from NUMBER(pgtable_l5_enabled)
 * @param smeMask NUMBER(sme_mask): the bit of a page table entry that says "encrypted"
 */
public record KernelMap(long physBase, long root, int levels, long smeMask) {
    private static final long KERNEL_IMAGE = 0xffff_ffff_8000_0000L;
    private static final long PHYSICAL_LIMIT = 1L << 52;
    private static final List<String> TOP_TABLES = List.of("init_top_pgt", "swapper_pg_dir", "init_level4_pgt");

    /**
     * Finds the top page table.
     *
     * @param source name of the vmcore, for messages
     * @throws CorruptVmcoreException when VMCOREINFO has none, or one outside of the kernel image
     */
    public static KernelMap read(String source, VmcoreInfo info, List<Segment> loads) throws CorruptVmcoreException {
        return read(source, info, physBase(loads));
    }

    /**
     * Finds the top page table.
     *
     * @param source name of the vmcore, for messages
     * @param otherPhysBase what else says where the kernel lies, for kernels whose VMCOREINFO does not
     * @throws CorruptVmcoreException when VMCOREINFO has none, or one outside of the kernel image
     */
    public static KernelMap read(String source, VmcoreInfo info, OptionalLong otherPhysBase)
            throws CorruptVmcoreException {
        OptionalLong exported = info.number("phys_base");
        long physBase = exported.isPresent() ? exported.getAsLong() : otherPhysBase.orElse(0);
        long table = topTable(source, info);
        long root = table - KERNEL_IMAGE + physBase;
        if (Long.compareUnsigned(table, KERNEL_IMAGE) < 0
                || root < 0
                || root >= PHYSICAL_LIMIT
                || (root & 0xfff) != 0) {
            throw new CorruptVmcoreException(
                    source + ": VMCOREINFO has the top page table at 0x" + Long.toHexString(table) + " and phys_base "
                            + physBase + ", expected a page of the kernel image in physical memory");
        }
        boolean fiveLevels = info.number("pgtable_l5_enabled").orElse(0) != 0;
        return new KernelMap(
                physBase, root, fiveLevels ? 5 : 4, info.number("sme_mask").orElse(0));
    }

    /** A new translator over physical memory, for one thread. */
    public KernelMemory memory(PhysicalMemory memory) {
        return new KernelMemory(memory, tables(memory));
    }

    /** New page tables, for one thread. */
    public PageTables tables(PhysicalMemory memory) {
        return new PageTables(memory, root, levels, smeMask);
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

    /** Kernels before Linux 4.10 do not export it, but the segments of /proc/vmcore say where the kernel's text is. */
    public static OptionalLong physBase(List<Segment> loads) {
        for (Segment segment : loads) {
            if (Long.compareUnsigned(segment.virt(), KERNEL_IMAGE) >= 0) {
                return OptionalLong.of(segment.phys() - (segment.virt() - KERNEL_IMAGE));
            }
        }
        return OptionalLong.empty();
    }
}
