// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.paging;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmcorestream.vmcore.memory.PhysicalMemory;

/**
 * Translates kernel virtual addresses by the kernel's own page tables. The walk has as many steps as there are levels, whatever
 * the tables say. The table last used at each level is kept, and so is the last translation. Belongs to one thread.
 */
public final class PageTables {
    private final PhysicalMemory memory;
    private final long root;
    private final PageTableFormat format;
    private final int pageShift;
    private final int levels;
    private final int tableBits;
    private final ByteBuffer[] tables;
    private final long[] tableAt;
    private final long[] indexMask;

    private long mappingStart;
    private long mappingSize;
    private long mappingPhys;
    private long missSize;

    /**
     * Tables that begin somewhere.
     *
     * @param root physical address of the top table
     */
    public PageTables(PhysicalMemory memory, long root, PageTableFormat format) {
        this.memory = memory;
        this.root = root;
        this.format = format;
        pageShift = format.pageShift();
        levels = format.levels();
        tableBits = format.tableBits();
        tables = new ByteBuffer[levels + 1];
        tableAt = new long[levels + 1];
        indexMask = new long[levels + 1];
        for (int level = 1; level <= levels; level++) {
            int bits = level == levels ? format.topBits() : tableBits;
            indexMask[level] = (1L << bits) - 1;
            tables[level] = ByteBuffer.allocateDirect(Long.BYTES << bits).order(ByteOrder.LITTLE_ENDIAN);
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
        missSize = 1L << pageShift;
        if (!format.covers(virt)) {
            return false;
        }
        long table = root;
        for (int level = levels; level >= 1; level--) {
            int shift = pageShift + tableBits * (level - 1);
            missSize = 1L << shift;
            if (tableAt[level] != table && !load(level, table)) {
                return false;
            }
            long entry = tables[level].getLong((int) (virt >>> shift & indexMask[level]) * Long.BYTES);
            switch (format.kind(entry, level)) {
                case TABLE -> table = format.address(entry) & -(1L << pageShift);
                case PAGE -> {
                    mappingSize = 1L << format.mappedShift(entry, shift);
                    mappingStart = virt & -mappingSize;
                    mappingPhys = format.address(entry) & -mappingSize;
                    return true;
                }
                default -> {
                    return false;
                }
            }
        }
        return false;
    }

    private boolean load(int level, long table) throws IOException {
        tableAt[level] = -1;
        tables[level].clear();
        int size = tables[level].capacity();
        if (memory.read(table, size, tables[level]) != size) {
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
