// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmcorestream.vmcore.machine.KernelMap;

/**
 * The page tables of an x86-64 kernel, to be changed. Levels count from 1, whose entries map 4 KiB; those of level 2 map 2 MiB or point to
 * a table of level 1.
 */
final class KernelTables {
    static final int LEVEL_2M = 2;
    static final int LEVEL_1G = 3;

    private static final long PRESENT = 1;
    private static final long LARGE = 1 << 7;
    private static final long ADDRESS = 0x000f_ffff_ffff_f000L;

    /** Present, writable, accessed, dirty. */
    private static final long TABLE = 0x63;

    /** The same, a large page, global, not executable. */
    private static final long LARGE_DATA = 0x8000_0000_0000_01e3L;

    private final GuestFile file;
    private final KernelMap map;
    private final long smeMask;
    private final ByteBuffer table = ByteBuffer.allocateDirect(GuestFile.PAGE).order(ByteOrder.LITTLE_ENDIAN);

    /** @param smeMask the bit of an entry that says "encrypted" */
    KernelTables(GuestFile file, KernelMap map, long smeMask) {
        this.file = file;
        this.map = map;
        this.smeMask = smeMask;
    }

    /** Physical address of a mapped virtual one. */
    long phys(long virt) throws IOException {
        long at = map.root();
        for (int level = map.format().levels(); level >= 1; level--) {
            int shift = shift(level);
            long entry = file.get(slot(at, virt, level));
            if ((entry & PRESENT) == 0) {
                break;
            }
            long address = address(entry);
            if (level == 1 || (entry & LARGE) != 0) {
                return (address & -1L << shift) + (virt & (1L << shift) - 1);
            }
            at = address;
        }
        throw new GuestException(
                "kernel address 0x" + Long.toHexString(virt) + " is not mapped, expected a table of the kernel");
    }

    /** The entry for a virtual address at a level. */
    long entry(long virt, int level) throws IOException {
        long at = map.root();
        for (int above = map.format().levels(); above > level; above--) {
            long entry = file.get(slot(at, virt, above));
            if ((entry & PRESENT) == 0 || (entry & LARGE) != 0) {
                throw notATable(virt, above, entry);
            }
            at = address(entry);
        }
        return file.get(slot(at, virt, level));
    }

    /** Sets the entry for a virtual address at a level, with new tables above it where there are none. */
    void set(long virt, int level, long value) throws IOException {
        long at = map.root();
        for (int above = map.format().levels(); above > level; above--) {
            long slot = slot(at, virt, above);
            long entry = file.get(slot);
            if ((entry & LARGE) != 0) {
                throw notATable(virt, above, entry);
            }
            if ((entry & PRESENT) == 0) {
                entry = file.allocate() | TABLE | smeMask;
                file.put(slot, entry);
            }
            at = address(entry);
        }
        long slot = slot(at, virt, level);
        long before = file.get(slot);
        if (before != 0) {
            throw notATable(virt, level, before);
        }
        file.put(slot, value);
    }

    /** Maps 1 GiB of data. */
    void mapGib(long virt, long phys) throws IOException {
        set(virt, LEVEL_1G, phys | LARGE_DATA | smeMask);
    }

    /** Says where a page of memory lies that an entry maps. */
    interface Move {
        long to(long phys, long length);
    }

    /** An entry of level 2 whose pages lie elsewhere, with a table of its own where it points to one. */
    long moved(long entry, Move move) throws IOException {
        if ((entry & PRESENT) == 0) {
            throw new GuestException("a section with memory has no memory map, expected 2 MiB of struct pages");
        }
        if ((entry & LARGE) != 0) {
            return moved(entry, 1L << shift(LEVEL_2M), move);
        }
        table.clear();
        file.read(address(entry), table);
        for (int at = 0; at < GuestFile.PAGE; at += Long.BYTES) {
            long page = table.getLong(at);
            table.putLong(at, (page & PRESENT) == 0 ? page : moved(page, GuestFile.PAGE, move));
        }
        long copy = file.allocate();
        file.write(copy, table.clear());
        return entry & ~ADDRESS | copy | smeMask;
    }

    private long moved(long entry, long length, Move move) {
        long mask = ADDRESS & -length & ~smeMask;
        return entry & ~mask | move.to(entry & mask, length);
    }

    private long address(long entry) {
        return entry & ADDRESS & ~smeMask;
    }

    private static long slot(long table, long virt, int level) {
        return table + (virt >>> shift(level) & 511) * Long.BYTES;
    }

    private static int shift(int level) {
        return 12 + 9 * (level - 1);
    }

    private static GuestException notATable(long virt, int level, long entry) {
        return new GuestException("entry 0x" + Long.toHexString(entry) + " of page table level " + level
                + " for kernel address 0x" + Long.toHexString(virt) + ", expected a free place");
    }
}
