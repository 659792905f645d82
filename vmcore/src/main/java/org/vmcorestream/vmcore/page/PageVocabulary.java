// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.page;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.machine.Machine;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/** Takes {@link PageFacts} from VMCOREINFO: flag bits, page types and the largest block. */
public final class PageVocabulary {
    /** Kernels have exported the length of zone.free_area since Linux 2.6.24, so that one without it is no kernel. */
    private static final String FREE_AREA = "zone.free_area";

    private PageVocabulary() {}

    /**
     * The kernel's page vocabulary.
     *
     * @param source name of the vmcore, for messages
     * @param machine says which page sizes there are
     * @throws CorruptVmcoreException when a value is missing or cannot be
     */
    public static PageFacts read(String source, VmcoreInfo info, Machine machine) throws CorruptVmcoreException {
        OptionalInt freeAreaLength = info.length(FREE_AREA);
        if (freeAreaLength.isEmpty()) {
            throw new CorruptVmcoreException(source + ": VMCOREINFO has no LENGTH(" + FREE_AREA + "), expected 1 to "
                    + PageFacts.MAX_FREE_AREA_LENGTH);
        }
        try {
            return new PageFacts(
                    pageShift(source, info, machine),
                    freeAreaLength.getAsInt(),
                    info.word("PG_lru"),
                    info.word("PG_private"),
                    info.word("PG_swapcache"),
                    info.word("PG_swapbacked"),
                    info.word("PG_slab"),
                    info.word("PG_hwpoison"),
                    info.word("PG_head_mask").orElse(0),
                    info.word("PAGE_BUDDY_MAPCOUNT_VALUE"),
                    info.word("PAGE_OFFLINE_MAPCOUNT_VALUE"),
                    info.word("PAGE_SLAB_MAPCOUNT_VALUE"),
                    info.word("PAGE_HUGETLB_MAPCOUNT_VALUE"),
                    info.word("PAGE_UNACCEPTED_MAPCOUNT_VALUE"));
        } catch (IllegalArgumentException e) {
            throw new CorruptVmcoreException(source + ": VMCOREINFO says that " + e.getMessage());
        }
    }

    /** log2 of PAGESIZE, one of those that the machine has. */
    private static int pageShift(String source, VmcoreInfo info, Machine machine) throws CorruptVmcoreException {
        OptionalLong size = info.decimal("PAGESIZE");
        for (int shift : machine.pageShifts()) {
            if (size.isPresent() && size.getAsLong() == 1L << shift) {
                return shift;
            }
        }
        throw new CorruptVmcoreException(source + ": VMCOREINFO has "
                + (size.isEmpty() ? "no PAGESIZE" : "PAGESIZE=" + size.getAsLong()) + ", expected "
                + machine.pageSizes());
    }
}
