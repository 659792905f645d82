// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What differs between kernel generations, as far as a dump tool sees it. Bit numbers and page types are those of an
 * x86-64 distribution kernel ({@code include/linux/page-flags.h} of that release); -1 stands for "has none".
 */
enum KernelPreset {
    V4_19("4.19", 5, 12, 9, 18, 8, 22, 15, 11, -129, -1, -1, -1, -1, false, Compound.ORDER_BYTE, -1, Log.RECORDS, 4),
    V5_10("5.10", 4, 13, 10, 19, 9, 23, 16, 12, -129, -257, -1, -1, -1, false, Compound.ORDER_BYTE, -1, Log.RING, 0),
    V6_1("6.1", 4, 13, 10, 19, 9, 23, 16, 12, -129, -257, -1, -1, -1, false, Compound.ORDER_BYTE, -1, Log.RING, 0),
    V6_4("6.4", 4, 13, 10, 19, 9, 23, 16, 12, -129, -257, -1, -1, -1, false, Compound.FOLIO_BYTE, -1, Log.RING, 0),
    V6_6("6.6", 5, 15, 12, 19, 11, 23, 6, 14, -129, -257, -1, -1, -1, false, Compound.FLAGS_BYTE, 8, Log.RING, 0),
    V6_9("6.9", 5, 15, 12, 19, 11, 22, 6, 14, -129, -257, -1, -2049, -1, false, Compound.FLAGS_BYTE, -1, Log.RING, 0),
    V6_12(
            "6.12",
            5,
            14,
            10,
            17,
            -1,
            20,
            6,
            13,
            0xf0000000,
            0xf1000000,
            0xf5000000,
            0xf4000000,
            0xf7000000,
            false,
            Compound.FLAGS_BYTE,
            -1,
            Log.RING,
            0),
    V6_16(
            "6.16",
            5,
            14,
            10,
            17,
            -1,
            21,
            6,
            13,
            0xf0000000,
            0xf1000000,
            0xf5000000,
            0xf4000000,
            0xf7000000,
            true,
            Compound.FLAGS_BYTE,
            -1,
            Log.RING,
            0),
    V7_2(
            "7.2",
            5,
            14,
            10,
            17,
            -1,
            21,
            6,
            13,
            0xf0000000,
            0xf1000000,
            0xf5000000,
            0xf4000000,
            0xf7000000,
            true,
            Compound.INFO_MASK,
            -1,
            Log.RING,
            0);

    /** Where the order of a compound page stands, and what its tail pages point at. */
    enum Compound {
        /** Bytes compound_dtor and compound_order of the first tail page. */
        ORDER_BYTE,
        /** The same bytes, exported as members of struct folio (6.3 to 6.5). */
        FOLIO_BYTE,
        /** Low byte of the first tail page's flags. */
        FLAGS_BYTE,
        /** As before, and tail pages hold a mask instead of a pointer (compound_info, 7.1). */
        INFO_MASK
    }

    /** How the kernel keeps its log. */
    enum Log {
        /** One text buffer, up to 3.4. */
        PLAIN,
        /** Records of struct log, 3.5 to 3.10. */
        OLD_RECORDS,
        /** Records of struct printk_log, 3.11 to 5.9. */
        RECORDS,
        /** The lockless ring buffer, from 5.10 on. */
        RING
    }

    final String version;
    final int lru;
    final int privateBit;
    final int swapcache;
    final int swapbacked;
    final int slab;
    final int hwpoison;
    final int head;
    final int reserved;
    final int buddyType;
    final int offlineType;
    final int slabType;
    final int hugetlbType;
    final int unacceptedType;
    final boolean unacceptedExported;
    final Compound compound;
    final int hugetlbBit;
    final Log log;
    final int utsNameOffset;

    KernelPreset(
            String version,
            int lru,
            int privateBit,
            int swapcache,
            int swapbacked,
            int slab,
            int hwpoison,
            int head,
            int reserved,
            int buddyType,
            int offlineType,
            int slabType,
            int hugetlbType,
            int unacceptedType,
            boolean unacceptedExported,
            Compound compound,
            int hugetlbBit,
            Log log,
            int utsNameOffset) {
        this.version = version;
        this.lru = lru;
        this.privateBit = privateBit;
        this.swapcache = swapcache;
        this.swapbacked = swapbacked;
        this.slab = slab;
        this.hwpoison = hwpoison;
        this.head = head;
        this.reserved = reserved;
        this.buddyType = buddyType;
        this.offlineType = offlineType;
        this.slabType = slabType;
        this.hugetlbType = hugetlbType;
        this.unacceptedType = unacceptedType;
        this.unacceptedExported = unacceptedExported;
        this.compound = compound;
        this.hugetlbBit = hugetlbBit;
        this.log = log;
        this.utsNameOffset = utsNameOffset;
    }

    /** SIZE(printk_info): 7.x stores the names of task and CPU with each record. */
    int printkInfoSize() {
        return this == V7_2 ? 112 : 88;
    }

    /** OFFSET(printk_info.dev_info). */
    int printkDevInfo() {
        return this == V7_2 ? 44 : 24;
    }

    /** Whether SYMBOL(vmemmap) is exported. */
    boolean vmemmapExported() {
        return compareTo(V6_9) >= 0;
    }

    static KernelPreset of(String version, int line) {
        return Arrays.stream(values())
                .filter(preset -> preset.version.equals(version))
                .findFirst()
                .orElseThrow(() -> new DescriptionException(
                        line,
                        "kernel '" + version + "' is not one of "
                                + Arrays.stream(values())
                                        .map(preset -> preset.version)
                                        .collect(Collectors.joining(" "))));
    }
}
