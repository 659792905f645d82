// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.paging;

/**
 * How the page tables of a machine are read. A table is one page of entries of 8 bytes; the top one can be a part of a page. Levels
 * are counted from 1, the one whose entries map single pages.
 */
public interface PageTableFormat {
    /** What an entry is. */
    enum Entry {
        /** Nothing is mapped. */
        NONE,
        /** It names a table of the level below. */
        TABLE,
        /** It maps a page: a large one above level 1. */
        PAGE
    }

    /** log2 of the page size. */
    int pageShift();

    /** Levels of tables, 1 or more. */
    int levels();

    /** Bits of an address that choose an entry of the top table, 1 to {@link #tableBits}. */
    int topBits();

    /** Bits of an address that choose an entry of any other table. */
    default int tableBits() {
        return pageShift() - 3;
    }

    /** Whether an address is one that these tables can map. */
    boolean covers(long virt);

    /** What an entry is in a table of a level. */
    Entry kind(long entry, int level);

    /** Physical address in an entry that maps a page or names a table; bits below the size of a page are of no account. */
    long address(long entry);

    /**
     * log2 of the bytes that an entry maps.
     *
     * @param shift what is usual at its level
     */
    default int mappedShift(long entry, int shift) {
        return shift;
    }
}
