// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/** How many pages the verdict on a page speaks for, the page itself being the first of them. */
public enum Reach {
    /** The page alone. */
    PAGE,

    /** All pages of the compound page it is the head of; the page alone where it is no head or its order is invalid. */
    COMPOUND,

    /**
     * The free block of the buddy system it is the first page of. An order beyond MAX_PAGE_ORDER, or one that the page
     * frame is not aligned to, cannot come from a sane kernel: such a page is kept and counted as an anomaly.
     */
    BUDDY,

    /**
     * A whole block of MAX_PAGE_ORDER, as for unaccepted memory, where only the first struct page of a block carries the
     * type. A page frame that is not aligned to it is kept and counted as an anomaly.
     */
    MAX_ORDER_BLOCK
}
