// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

/** Whether a header can be that of a kdump file; what cannot is a mistake of the caller. */
final class HeaderCheck {
    /** Most bytes of ELF notes: room for tens of thousands of CPUs. */
    static final int MAX_NOTES = 64 << 20;

    private HeaderCheck() {}

    /**
     * Refuses what no reader could open.
     *
     * @throws IllegalArgumentException naming the field, its value and what was expected
     */
    static void require(KdumpHeader header) {
        if (header.codec() == null || !header.codec().storable()) {
            throw new IllegalArgumentException("codec " + header.codec() + ", expected one that kdump files know");
        }
        if (!KdumpLayout.isPageSize(header.pageSize())) {
            throw new IllegalArgumentException(
                    "page size " + header.pageSize() + ", expected a power of two from 4096 to 65536");
        }
        if (header.endPfn() < 0 || header.endPfn() > KdumpLayout.MAX_END_PFN) {
            throw new IllegalArgumentException(
                    "memory up to page frame " + header.endPfn() + ", expected 0 to " + KdumpLayout.MAX_END_PFN);
        }
        if (header.level() < 0) {
            throw new IllegalArgumentException("dump level " + header.level() + ", expected at least 0");
        }
        if (header.part().isPresent() && header.part().get().endPfn() > header.endPfn()) {
            throw new IllegalArgumentException(
                    "part up to page frame " + header.part().get().endPfn() + ", expected at most " + header.endPfn());
        }
        int notes = header.notes().length;
        if (notes > MAX_NOTES) {
            throw new IllegalArgumentException("notes of " + notes + " bytes, expected at most " + MAX_NOTES);
        }
        if (header.vmcoreInfoOffset() < 0
                || header.vmcoreInfoSize() < 0
                || header.vmcoreInfoOffset() > notes - header.vmcoreInfoSize()) {
            throw new IllegalArgumentException("VMCOREINFO of " + header.vmcoreInfoSize() + " bytes at "
                    + header.vmcoreInfoOffset() + ", expected it within " + notes + " bytes of notes");
        }
    }
}
