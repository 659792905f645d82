// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.util.OptionalInt;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.schemas.records.PageFactsRecord;
import org.vmcorestream.schemas.records.StripeOpened;

/** The kernel's page vocabulary as a record and back, and the facts of a dump from one. */
public final class FactsRecords {
    private FactsRecords() {}

    /** Facts to a record. */
    public static PageFactsRecord toRecord(PageFacts facts) {
        PageFactsRecord to = new PageFactsRecord();
        to.setPageShift(facts.pageShift());
        to.setFreeAreaLength(facts.freeAreaLength());
        to.setLru(boxed(facts.lru()));
        to.setPrivateBit(boxed(facts.privateBit()));
        to.setSwapcache(boxed(facts.swapcache()));
        to.setSwapbacked(boxed(facts.swapbacked()));
        to.setSlab(boxed(facts.slab()));
        to.setHwpoison(boxed(facts.hwpoison()));
        to.setHeadMask(facts.headMask());
        to.setBuddyType(boxed(facts.buddyType()));
        to.setOfflineType(boxed(facts.offlineType()));
        to.setSlabType(boxed(facts.slabType()));
        to.setHugetlbType(boxed(facts.hugetlbType()));
        to.setUnacceptedType(boxed(facts.unacceptedType()));
        return to;
    }

    /** A record to facts; every value is checked against its range. */
    public static PageFacts fromRecord(PageFactsRecord facts) throws MalformedRecordException {
        try {
            return new PageFacts(
                    facts.getPageShift(),
                    facts.getFreeAreaLength(),
                    optional(facts.getLru()),
                    optional(facts.getPrivateBit()),
                    optional(facts.getSwapcache()),
                    optional(facts.getSwapbacked()),
                    optional(facts.getSlab()),
                    optional(facts.getHwpoison()),
                    facts.getHeadMask(),
                    optional(facts.getBuddyType()),
                    optional(facts.getOfflineType()),
                    optional(facts.getSlabType()),
                    optional(facts.getHugetlbType()),
                    optional(facts.getUnacceptedType()));
        } catch (IllegalArgumentException e) {
            throw new MalformedRecordException("page facts: " + e.getMessage(), e);
        }
    }

    /** What rules may ask of the dump that a stripe is of. */
    public static DumpFacts dumpFacts(StripeOpened opened) {
        return new DumpFacts(
                opened.getKernelRelease(),
                opened.getMachine(),
                opened.getTenant(),
                opened.getHost(),
                opened.getCrashReason());
    }

    private static Integer boxed(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }

    private static OptionalInt optional(Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
