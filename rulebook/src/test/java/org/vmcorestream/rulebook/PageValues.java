// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.KernelNumber;
import org.vmcorestream.rules.PageFacts;

/** The names of the documentation with the values they have for one page, written down once more for comparison. */
final class PageValues {
    private PageValues() {}

    static Map<String, Object> of(PageFacts kernel, DumpFacts dump, Descriptor page) {
        Map<String, Object> values = new HashMap<>();
        values.put("page.flags", Integer.toUnsignedLong(page.flags()));
        values.put("page._mapcount", (long) page.mapcount());
        values.put("page.private", (long) page.buddyOrder());
        values.put("page.mapping", (long) page.mappingBits());
        values.put("page.compound_order", (long) page.compoundOrder());
        values.put("page.tail", page.has(Descriptor.TAIL));
        values.put("page.hugetlb", page.has(Descriptor.HUGETLB));
        for (KernelNumber number : KernelNumber.values()) {
            OptionalInt exported = kernel.number(number);
            values.put("exports." + number.exportedAs(), exported.isPresent());
            values.put(
                    number.exportedAs(),
                    number.isBit()
                            ? (Object) (exported.isPresent() && (page.flags() >>> exported.getAsInt() & 1) == 1)
                            : (Object) (exported.isPresent() ? (long) exported.getAsInt() : Long.MIN_VALUE));
        }
        values.put("PG_head", (page.flags() & kernel.headMask()) != 0);
        values.put("exports.PG_head_mask", kernel.headMask() != 0);
        values.put("MAX_PAGE_ORDER", (long) kernel.maxPageOrder());
        values.put("PAGE_SIZE", (long) kernel.pageSize());
        values.put("dump.kernel_release", dump.kernelRelease());
        values.put("dump.kernel_series", "6.12");
        values.put("dump.machine", dump.machine());
        values.put("dump.tenant", dump.tenant());
        values.put("dump.host", dump.host());
        values.put("dump.crash_reason", dump.crashReason());
        return values;
    }
}
