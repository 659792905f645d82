// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.page;

import java.util.OptionalInt;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/**
 * Where the members of {@code struct page} lie in this kernel, in bytes from its start. Offsets that the kernel did not
 * export are {@value #NONE}.
 *
 * @param size SIZE(page)
 * @param flags OFFSET(page.flags), 8 bytes
 * @param mapcount OFFSET(page._mapcount), 4 bytes, also the page type
 * @param mapping OFFSET(page.mapping), 8 bytes
 * @param privateWord OFFSET(page.private), 8 bytes, the order of a free block
 * @param compound OFFSET(page.compound_head), page.compound_info from Linux 7.1; bit 0 says tail page. None: no page is a
 *     tail or a head
 * @param order where the first tail page keeps the compound order, 1 byte; the low byte of its flags word where page
 *     types or PG_hugetlb say what is hugetlb (Linux 6.6), page.compound_order or folio._folio_order before
 * @param hugetlb how a hugetlb head page is told
 * @param dtor offset of the byte in the first tail page that is compared, for {@link Hugetlb#DESTRUCTOR}
 * @param hugetlbValue what is compared: a page type, the mask of a flag bit, or a destructor's number
 */
public record PageLayout(
        int size,
        int flags,
        int mapcount,
        int mapping,
        int privateWord,
        int compound,
        int order,
        Hugetlb hugetlb,
        int dtor,
        int hugetlbValue) {

    /** An offset that the kernel did not export. */
    public static final int NONE = -1;

    /** Smallest and largest struct page accepted; 64 on nearly every kernel of 64 bits. */
    static final int MIN_SIZE = 32;

    static final int MAX_SIZE = 1024;

    /** How this kernel says that a compound page is a hugetlb page. */
    public enum Hugetlb {
        /** It does not. */
        UNKNOWN,
        /** By the page type of the head page, Linux 6.9 and later. */
        PAGE_TYPE,
        /** By PG_hugetlb in the flags of the first tail page, Linux 6.6 to 6.8. */
        TAIL_FLAG,
        /** By the number of the destructor in the first tail page, before Linux 6.6. */
        DESTRUCTOR
    }

    /**
     * The layout that VMCOREINFO describes.
     *
     * @param source name of the vmcore, for messages
     * @throws CorruptVmcoreException when an offset is missing, or not within the structure
     */
    public static PageLayout read(String source, VmcoreInfo info, PageFacts facts) throws CorruptVmcoreException {
        int size = info.size("page").orElse(0);
        if (size < MIN_SIZE || size > MAX_SIZE || size % Long.BYTES != 0) {
            throw new CorruptVmcoreException(source + ": VMCOREINFO says SIZE(page) " + size
                    + ", expected a multiple of 8" + " from " + MIN_SIZE + " to " + MAX_SIZE);
        }
        Members members = new Members(source, info, size);
        OptionalInt compound = info.offset("page.compound_head");
        String compoundName = compound.isPresent() ? "page.compound_head" : "page.compound_info";
        int flags = members.required("page.flags", Long.BYTES);
        OptionalInt tailFlag = info.word("PG_hugetlb");
        OptionalInt destructor = info.word("HUGETLB_PAGE_DTOR");
        int dtor = members.inFirstTail("folio._folio_dtor", "page.compound_dtor");
        Hugetlb hugetlb = Hugetlb.UNKNOWN;
        int value = 0;
        if (facts.hugetlbType().isPresent()) {
            hugetlb = Hugetlb.PAGE_TYPE;
            value = facts.hugetlbType().getAsInt();
        } else if (tailFlag.isPresent()) {
            hugetlb = Hugetlb.TAIL_FLAG;
            if (tailFlag.getAsInt() < 0 || tailFlag.getAsInt() > 31) {
                throw new CorruptVmcoreException(source + ": VMCOREINFO says NUMBER(PG_hugetlb) " + tailFlag.getAsInt()
                        + ", expected a bit from 0 to 31");
            }
            value = 1 << tailFlag.getAsInt();
        } else if (destructor.isPresent() && dtor != NONE) {
            hugetlb = Hugetlb.DESTRUCTOR;
            value = destructor.getAsInt();
        }
        boolean orderInFlags = hugetlb == Hugetlb.PAGE_TYPE || hugetlb == Hugetlb.TAIL_FLAG;
        return new PageLayout(
                size,
                flags,
                members.required("page._mapcount", Integer.BYTES),
                members.required("page.mapping", Long.BYTES),
                members.required("page.private", Long.BYTES),
                members.optional(compoundName, Long.BYTES),
                orderInFlags ? flags : members.inFirstTail("folio._folio_order", "page.compound_order"),
                hugetlb,
                dtor,
                value);
    }

    /** Offsets of members, checked against the size of the structure. */
    private record Members(String source, VmcoreInfo info, int size) {
        int required(String name, int bytes) throws CorruptVmcoreException {
            int offset = optional(name, bytes);
            if (offset == NONE) {
                throw new CorruptVmcoreException(
                        source + ": VMCOREINFO has no OFFSET(" + name + "), expected 0 to " + (size - bytes));
            }
            return offset;
        }

        int optional(String name, int bytes) throws CorruptVmcoreException {
            OptionalInt offset = info.offset(name);
            if (offset.isEmpty()) {
                return NONE;
            }
            return checked(name, offset.getAsInt(), offset.getAsInt(), bytes);
        }

        /** One byte of the first tail page; {@code struct folio} spans it, so that its offsets count from the head page. */
        int inFirstTail(String folioName, String pageName) throws CorruptVmcoreException {
            OptionalInt inFolio = info.offset(folioName);
            if (inFolio.isPresent()) {
                return checked(folioName, inFolio.getAsInt(), inFolio.getAsInt() - size, 1);
            }
            return optional(pageName, 1);
        }

        private int checked(String name, int exported, int offset, int bytes) throws CorruptVmcoreException {
            if (offset < 0 || offset > size - bytes) {
                throw new CorruptVmcoreException(source + ": VMCOREINFO says OFFSET(" + name + ") " + exported
                        + ", expected it within the struct page of " + size + " bytes");
            }
            if (offset % bytes != 0) {
                throw new CorruptVmcoreException(source + ": VMCOREINFO says OFFSET(" + name + ") " + exported
                        + ", expected a multiple of " + bytes + ", the size of the member");
            }
            return offset;
        }
    }
}
