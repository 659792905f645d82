// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.machine;

import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.paging.KernelMemory;
import org.vmcorestream.vmcore.paging.PageTableFormat;
import org.vmcorestream.vmcore.paging.PageTables;

/**
 * How this kernel's addresses are translated: all of them through the page tables, the top one of which is part of the kernel image.
 *
 * @param physBase what makedumpfile calls phys_base and writes into the headers of its files; each machine means another thing by it
 * @param root physical address of the top page table
 * @param format how the tables are read
 */
public record KernelMap(long physBase, long root, PageTableFormat format) {
    /** A new translator over physical memory, for one thread. */
    public KernelMemory memory(PhysicalMemory memory) {
        return new KernelMemory(memory, tables(memory));
    }

    /** New page tables, for one thread. */
    public PageTables tables(PhysicalMemory memory) {
        return new PageTables(memory, root, format);
    }
}
