// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/**
 * What the rules may ask of one page: three 32-bit words, taken from its struct page without any pointer in them.
 *
 * <pre>
 *  flags    low 32 bits of page.flags, where every PG_* bit sits (the zone and node numbers above them are left out)
 *  mapcount page._mapcount as it stands: a page type where the kernel put one there, otherwise a count of mappings
 *  shape    what the reader found out around the page:
 *
 *   31      27 26 25 24 23 22 21 20 19 18 17 16 15             8 7              0
 *  +----------+--+--+--+--+--+--+--+--+--+--+--+----------------+----------------+
 *  | 0        |  mapping |NS|ND|HO| 0   |HT|TA| buddy order     | compound order |
 *  +----------+--+--+--+--+--+--+--+--+--+--+--+----------------+----------------+
 *   compound order  of a head page, 0..63, from its first tail page; 0 for every other page and where the stored
 *                   order is not one the page frame is aligned to
 *   buddy order     page.private of a page whose type is buddy, 255 where it is 255 or more; 0 for every other page
 *   TA  tail page of a compound page (bit 0 of page.compound_head, page.compound_info from Linux 7.1)
 *   HT  hugetlb head page, whichever way this kernel says so
 *   HO  hole: no memory at this page frame
 *   ND  no data: memory that the vmcore names but holds no bytes of
 *   NS  no struct page: the memory map does not cover this page frame
 *   mapping         low two bits of page.mapping: 1 anonymous, 2 movable, 3 KSM
 * </pre>
 *
 * A hole or no-data page has all its other bits 0.
 *
 * @param flags low word of {@code page.flags}
 * @param mapcount {@code page._mapcount}
 * @param shape see above
 */
public record Descriptor(int flags, int mapcount, int shape) {
    /** Mask of the compound order in {@code shape}. */
    public static final int COMPOUND_ORDER_MASK = 0xff;

    /** Position of the buddy order in {@code shape}, 8 bits. */
    public static final int BUDDY_ORDER_SHIFT = 8;

    /** A tail page of a compound page. */
    public static final int TAIL = 1 << 16;

    /** The head page of a hugetlb page. */
    public static final int HUGETLB = 1 << 17;

    /** No memory at this page frame. */
    public static final int HOLE = 1 << 20;

    /** Memory that the vmcore has no bytes of. */
    public static final int NO_DATA = 1 << 21;

    /** Memory without a struct page. */
    public static final int NO_STRUCT_PAGE = 1 << 22;

    /** Position of the low bits of {@code page.mapping} in {@code shape}, 2 bits. */
    public static final int MAPPING_SHIFT = 23;

    /** Bit 0 of {@code page.mapping}: an anonymous page. */
    public static final int ANON = 1 << MAPPING_SHIFT;

    /** Every bit that has a meaning in {@code shape}. */
    public static final int SHAPE_MASK = 0xffff | TAIL | HUGETLB | HOLE | NO_DATA | NO_STRUCT_PAGE | 3 << MAPPING_SHIFT;

    /** Order of the compound page this page is the head of, 0 to 63. */
    public int compoundOrder() {
        return shape & COMPOUND_ORDER_MASK;
    }

    /** {@code page.private} of a page of the buddy system, 255 standing for anything above. */
    public int buddyOrder() {
        return shape >>> BUDDY_ORDER_SHIFT & 0xff;
    }

    /** Whether all bits of {@code mask} are set in {@code shape}. */
    public boolean has(int mask) {
        return (shape & mask) == mask;
    }

    /** Low two bits of {@code page.mapping}. */
    public int mappingBits() {
        return shape >>> MAPPING_SHIFT & 3;
    }
}
