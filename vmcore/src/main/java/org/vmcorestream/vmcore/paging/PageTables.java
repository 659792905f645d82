// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.paging;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmcorestream.vmcore.memory.PhysicalMemory;

/**
 * Translates kernel virtual addresses of x86-64 by the kernel's own page tables, with 4 or 5 levels and pages of 4 KiB,
 * 2 MiB or 1 GiB.
 *
 * <pre>
 *   63        57 56   48 47   39 38   30 29   21 20   12 11      0
 *  +------------+-------+-------+-------+-------+-------+---------+
 *  | sign       | 5th   | 4th   | 3rd   | 2nd   | 1st   | offset  |
 *  +------------+-------+-------+-------+-------+-------+---------+
 *  entry: bit 0 present, bit 7 (levels 2 and 3) maps a large page, bits 12 to 51 address; sme_mask is not part of it
 * </pre>
 *
 * The walk has at most five steps, whatever the tables say. The table last used at each level is kept, and so is the last
 * translation. Belongs to one thread.
 */
public final class PageTables {
    private static final int PRESENT = 1;
    private static final int LARGE = 1 << 7;
    private static final int TABLE_SIZE = 4096;
    private static final long ADDRESS_MASK = 0x000f_ffff_ffff_f000L;

    private final PhysicalMemory memory;
    private final long root;
    private final int levels;
    private final long entryMask;
    private final ByteBuffer[] tables;
    private final long[] tableAt;

    private long mappingStart;
    private long mappingSize;
    private long mappingPhys;
    private long missSize;

    /**
     * Tables that begin somewhere.
     *
     * @param root physical address of the top table
     * @param levels 4 or 5
     * @param smeMask bits of an entry that say "encrypted" and are no part of an address
     */
    public PageTables(PhysicalMemory memory, long root, int levels, long smeMask) {
        this.memory = memory;
        this.root = root;
        this.levels = levels;
        entryMask = ~smeMask;
        tables = new ByteBuffer[levels + 1];
        tableAt = new long[levels + 1];
        for (int level = 1; level <= levels; level++) {
            tables[level] = ByteBuffer.allocateDirect(TABLE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
            tableAt[level] = -1;
        }
    }

    /**
     * Finds the mapping of an address; {@link #phys} and {@link #bytesLeft} then speak of it.
     *
     * @return whether there is one
     */
    public boolean translate(long virt) throws IOException {
        if (virt - mappingStart >= 0 && virt - mappingStart < mappingSize) {
            return true;
        }
        int unused = Long.SIZE - 12 - 9 * levels;
        missSize = 1L << 12;
        if (virt << unused >> unused != virt) {
            return false;
        }
        long table = root;
        for (int level = levels; level >= 1; level--) {
            int shift = 12 + 9 * (level - 1);
            missSize = 1L << shift;
            if (tableAt[level] != table && !load(level, table)) {
                return false;
            }
            long entry = tables[level].getLong((int) (virt >>> shift & 511) * Long.BYTES) & entryMask;
            if ((entry & PRESENT) == 0) {
                return false;
            }
            boolean large = (entry & LARGE) != 0;
            if (level == 1 || large && level <= 3) {
                mappingSize = 1L << shift;
                mappingStart = virt & -mappingSize;
                mappingPhys = entry & ADDRESS_MASK & -mappingSize;
                return true;
            }
            if (large) {
                return false;
            }
            table = entry & ADDRESS_MASK;
        }
        return false;
    }

    private boolean load(int level, long table) throws IOException {
        tableAt[level] = -1;
        tables[level].clear();
        if (memory.read(table, TABLE_SIZE, tables[level]) != TABLE_SIZE) {
            return false;
        }
        tableAt[level] = table;
        return true;
    }

    /** Physical address of a virtual one that was just translated. */
    public long phys(long virt) {
        return mappingPhys + (virt - mappingStart);
    }

    /** Bytes from a virtual address that was just found not to be mapped, none of which are mapped by the same entry. */
    public long bytesMissing(long virt) {
        return missSize - (virt & missSize - 1);
    }

    /** Bytes from a virtual address that was just translated to the end of its page. */
    public long bytesLeft(long virt) {
        return mappingSize - (virt - mappingStart);
    }
}
