// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes the text of the VMCOREINFO note, in the order of the kernel ({@code kernel/vmcore_info.c}, then
 * what the machine adds): only keys that this kernel exports.
 */
final class VmcoreInfoText {
    static final String BUILD_ID = "0123456789abcdef0123456789abcdef01234567";

    private final Map<String, String> keys = new LinkedHashMap<>();
    private final Description description;
    private final KernelPreset kernel;

    VmcoreInfoText(Description description) {
        this.description = description;
        this.kernel = description.kernel;
        keys.put("OSRELEASE", release(kernel));
        if (kernel.compareTo(KernelPreset.V5_10) > 0) {
            keys.put("BUILD-ID", BUILD_ID);
        }
        keys.put("PAGESIZE", Integer.toString(description.pageSize()));
    }

    static String release(KernelPreset kernel) {
        return kernel.version + ".0-synthetic";
    }

    /** Keys of the memory model and of struct page. */
    void memory(KernelImage image, long memSection, long memSectionLength) {
        symbol("init_uts_ns", image.virtual("init_uts_ns"));
        offset("uts_namespace.name", kernel.utsNameOffset);
        symbol("swapper_pg_dir", image.virtual(description.machine.topTable()));
        symbol("_stext", image.start());
        if (kernel.vmemmapExported()) {
            symbol("vmemmap", description.vmemmap());
        }
        symbol("mem_section", memSection);
        length("mem_section", memSectionLength);
        size("mem_section", MemoryModel.SECTION_SIZE);
        offset("mem_section.section_mem_map", 0);
        number("SECTION_SIZE_BITS", description.machine.sectionBits(description));
        number("MAX_PHYSMEM_BITS", description.physicalBits());
        size("page", MemoryModel.STRUCT_PAGE);
        size("list_head", 16);
        offset("page.flags", 0);
        offset("page._refcount", 52);
        offset("page.mapping", 24);
        offset("page.lru", 8);
        offset("page._mapcount", 48);
        offset("page.private", 40);
        switch (kernel.compound) {
            case ORDER_BYTE -> {
                offset("page.compound_dtor", 16);
                offset("page.compound_order", 17);
                offset("page.compound_head", 8);
            }
            case FOLIO_BYTE -> {
                // Members of struct folio, which begins at the head page: 64 bytes more than inside the first tail
                // page.
                offset("folio._folio_dtor", MemoryModel.STRUCT_PAGE + 16);
                offset("folio._folio_order", MemoryModel.STRUCT_PAGE + 17);
                offset("page.compound_head", 8);
            }
            case FLAGS_BYTE -> offset("page.compound_head", 8);
            case INFO_MASK -> offset("page.compound_info", 8);
        }
        length("zone.free_area", description.maxPageOrder() + 1);
        length("free_area.free_list", kernel.compareTo(KernelPreset.V6_16) >= 0 ? 6 : 5);
    }

    /** Flag bits and page types. */
    void pageNumbers() {
        number("NR_FREE_PAGES", 0);
        number("PG_lru", kernel.lru);
        number("PG_private", kernel.privateBit);
        number("PG_swapcache", kernel.swapcache);
        number("PG_swapbacked", kernel.swapbacked);
        if (kernel.slab >= 0) {
            number("PG_slab", kernel.slab);
        }
        type("PAGE_SLAB_MAPCOUNT_VALUE", kernel.slabType);
        number("PG_hwpoison", kernel.hwpoison);
        number("PG_head_mask", 1L << kernel.head);
        type("PAGE_BUDDY_MAPCOUNT_VALUE", kernel.buddyType);
        type("PAGE_HUGETLB_MAPCOUNT_VALUE", kernel.hugetlbType);
        if (kernel.hugetlbBit >= 0) {
            number("PG_hugetlb", kernel.hugetlbBit);
        }
        if (kernel.compound == KernelPreset.Compound.ORDER_BYTE
                || kernel.compound == KernelPreset.Compound.FOLIO_BYTE) {
            number("HUGETLB_PAGE_DTOR", 2);
        }
        type("PAGE_OFFLINE_MAPCOUNT_VALUE", kernel.offlineType);
        if (kernel.unacceptedExported) {
            type("PAGE_UNACCEPTED_MAPCOUNT_VALUE", kernel.unacceptedType);
        }
    }

    void symbol(String name, long address) {
        keys.put("SYMBOL(" + name + ")", Long.toHexString(address));
    }

    void size(String name, long value) {
        keys.put("SIZE(" + name + ")", Long.toString(value));
    }

    void offset(String name, long value) {
        keys.put("OFFSET(" + name + ")", Long.toString(value));
    }

    void length(String name, long value) {
        keys.put("LENGTH(" + name + ")", Long.toString(value));
    }

    void number(String name, long value) {
        keys.put("NUMBER(" + name + ")", Long.toString(value));
    }

    void hex(String name, long value) {
        keys.put("NUMBER(" + name + ")", "0x" + Long.toHexString(value));
    }

    void put(String key, String value) {
        keys.put(key, value);
    }

    private void type(String name, int value) {
        if (value != -1) {
            number(name, value);
        }
    }

    /** The text, with what the description sets and unsets. */
    String text() {
        Map<String, String> lies = new LinkedHashMap<>(keys);
        lies.putAll(description.set);
        lies.keySet().removeAll(description.unset);
        StringBuilder text = new StringBuilder();
        lies.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        return text.toString();
    }
}
