// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/**
 * A number of {@link PageFacts} that a kernel may not export, by its name in VMCOREINFO: a rule set may supply it.
 */
public enum KernelNumber {
    /** Bit of PG_lru. */
    PG_LRU("PG_lru", true),
    /** Bit of PG_private. */
    PG_PRIVATE("PG_private", true),
    /** Bit of PG_swapcache. */
    PG_SWAPCACHE("PG_swapcache", true),
    /** Bit of PG_swapbacked. */
    PG_SWAPBACKED("PG_swapbacked", true),
    /** Bit of PG_slab. */
    PG_SLAB("PG_slab", true),
    /** Bit of PG_hwpoison. */
    PG_HWPOISON("PG_hwpoison", true),
    /** {@code _mapcount} of the first page of a free block. */
    BUDDY("PAGE_BUDDY_MAPCOUNT_VALUE", false),
    /** {@code _mapcount} of an offline page. */
    OFFLINE("PAGE_OFFLINE_MAPCOUNT_VALUE", false),
    /** {@code _mapcount} of a slab page. */
    SLAB("PAGE_SLAB_MAPCOUNT_VALUE", false),
    /** {@code _mapcount} of a hugetlb head page. */
    HUGETLB("PAGE_HUGETLB_MAPCOUNT_VALUE", false),
    /** {@code _mapcount} of the first page of an unaccepted block. */
    UNACCEPTED("PAGE_UNACCEPTED_MAPCOUNT_VALUE", false);

    private final String exportedAs;
    private final boolean isBit;

    KernelNumber(String exportedAs, boolean isBit) {
        this.exportedAs = exportedAs;
        this.isBit = isBit;
    }

    /** The X of {@code NUMBER(X)} in VMCOREINFO. */
    public String exportedAs() {
        return exportedAs;
    }

    /** Whether it is the number of a bit in {@code page.flags}, 0 to 31; otherwise it is a whole {@code _mapcount}. */
    public boolean isBit() {
        return isBit;
    }
}
