// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.io.IOException;

/** A vmcore read back through VMCOREINFO and page tables, with nothing of the builder's code in it. */
final class ReadBack {
    final SyntheticVmcore made;
    final ElfBytes elf;
    private final long root;
    private final int levels;
    private final long smeMask;

    ReadBack(SyntheticVmcore made) throws IOException {
        this.made = made;
        elf = new ElfBytes(made.file());
        levels = made.info("NUMBER(pgtable_l5_enabled)").equals("1") ? 5 : 4;
        smeMask = Long.parseUnsignedLong(made.info("NUMBER(sme_mask)"));
        root = symbol("init_top_pgt") - 0xffffffff80000000L + Long.parseLong(made.info("NUMBER(phys_base)"));
    }

    long symbol(String name) {
        return Long.parseUnsignedLong(made.info("SYMBOL(" + name + ")"), 16);
    }

    boolean mapped(long virtual) {
        return elf.walk(root, levels, virtual, smeMask) != -1;
    }

    private long physical(long virtual) {
        long physical = elf.walk(root, levels, virtual, smeMask);
        if (physical == -1) {
            throw new AssertionError("not mapped: 0x" + Long.toHexString(virtual));
        }
        return physical;
    }

    long getLong(long virtual) {
        return elf.getLong(physical(virtual));
    }

    String string(long virtual) {
        return elf.string(physical(virtual));
    }

    private long section(long number) {
        long table = symbol("mem_section");
        long sections = 1L << Integer.parseInt(made.info("NUMBER(MAX_PHYSMEM_BITS)")) - 27;
        if (Long.parseLong(made.info("LENGTH(mem_section)")) == sections) {
            return table + number * 32;
        }
        // An array of roots, or a pointer to it.
        long entry = getLong(table);
        if (Long.parseLong(made.info("LENGTH(mem_section)")) * 128 == sections && mapped(entry)) {
            long first = getLong(entry);
            if ((first & 3) != 3) {
                entry = first;
            }
        }
        return entry + number * 32;
    }

    boolean sectionPresent(long number) {
        return (getLong(section(number)) & 3) == 3;
    }

    /** Address of a struct page by way of its section. */
    long structPage(long pfn) {
        return (getLong(section(pfn >> 15)) & ~63L) + pfn * 64;
    }

    long structPageLong(long pfn, int offset) {
        return getLong(structPage(pfn) + offset);
    }
}
