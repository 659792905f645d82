// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/**
 * Lays out x86-64 page tables. Each table is one page of 512 entries of 8 bytes:
 *
 * <pre>
 *  63  62       52 51                             12 11   9 8  7  6 5 4 3 2 1 0
 *  +--+-----------+---------------------------------+------+--+--+-+-+-+-+-+-+-+
 *  |NX| available | physical page frame             | avl  |G |PS|D|A| | |U|W|P|
 *  +--+-----------+---------------------------------+------+--+--+-+-+-+-+-+-+-+
 *   P present, PS page (in the third and second table: 1 GiB and 2 MiB), the SME mask is or-ed in
 * </pre>
 */
final class PageTables {
    private static final long TABLE_BITS = 0x63;
    private static final long PAGE_BITS = 0x8000000000000163L;
    private static final long LARGE = 1 << 7;
    private static final long ADDRESS = 0x000ffffffffff000L;

    private final GuestMemory memory;
    private final PhysicalPlaces places;
    private final long root;
    private final int levels;
    private final long smeMask;

    PageTables(GuestMemory memory, PhysicalPlaces places, long rootPfn, int levels, long smeMask) {
        this.memory = memory;
        this.places = places;
        this.root = rootPfn << GuestMemory.PAGE_SHIFT;
        this.levels = levels;
        this.smeMask = smeMask;
    }

    /** Maps one page of 1, 512 or 262,144 small pages; both addresses are aligned to it. */
    void map(long virtual, long physical, long pages) {
        int leaf = pages == 1 ? 1 : pages == 512 ? 2 : 3;
        long table = root;
        for (int level = levels; level > leaf; level--) {
            long entry = table + index(virtual, level) * 8;
            long value = memory.getLong(entry);
            if (value == 0) {
                long next = places.page("page tables") << GuestMemory.PAGE_SHIFT;
                memory.putLong(entry, next | smeMask | TABLE_BITS);
                table = next;
            } else if ((value & LARGE) != 0) {
                throw new IllegalStateException("0x" + Long.toHexString(virtual) + " is mapped twice");
            } else {
                table = value & ADDRESS & ~smeMask;
            }
        }
        memory.putLong(table + index(virtual, leaf) * 8, physical | smeMask | PAGE_BITS | (leaf > 1 ? LARGE : 0));
    }

    private static long index(long virtual, int level) {
        return virtual >>> GuestMemory.PAGE_SHIFT + 9 * (level - 1) & 511;
    }
}
