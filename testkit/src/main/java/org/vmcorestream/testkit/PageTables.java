// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/** Lays out page tables: each is one page of entries of 8 bytes, which the machine says how to write. */
final class PageTables {
    private final Description description;
    private final GuestMemory memory;
    private final PhysicalPlaces places;
    private final SyntheticMachine machine;
    private final long root;
    private final int levels;
    private final int tableBits;

    PageTables(Description description, GuestMemory memory, PhysicalPlaces places, long root) {
        this.description = description;
        this.memory = memory;
        this.places = places;
        this.root = root;
        machine = description.machine;
        levels = machine.levels(description);
        tableBits = description.tableBits();
    }

    /** Maps one page at a level, 1 for the smallest ones; both addresses are aligned to it. */
    void map(long virtual, long physical, int leaf) {
        long table = root;
        for (int level = levels; level > leaf; level--) {
            long entry = table + index(virtual, level) * Long.BYTES;
            long value = memory.getLong(entry);
            if (value == 0) {
                long next = places.page("page tables") << description.pageShift;
                memory.putLong(entry, machine.tableEntry(description, next));
                table = next;
            } else {
                table = machine.table(description, value);
            }
            if (table == -1) {
                throw new IllegalStateException("0x" + Long.toHexString(virtual) + " is mapped twice");
            }
        }
        memory.putLong(table + index(virtual, leaf) * Long.BYTES, machine.pageEntry(description, physical, leaf));
    }

    private long index(long virtual, int level) {
        int bits = level == levels ? machine.topBits(description) : tableBits;
        return virtual >>> description.pageShift + tableBits * (level - 1) & (1L << bits) - 1;
    }
}
