// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import org.vmcorestream.vmcore.PfnBitmap;

/** Whether a header and two bitmaps can become a kdump file; what cannot is a mistake of the caller. */
final class HeaderCheck {
    /** Most bytes of ELF notes: room for tens of thousands of CPUs. */
    static final int MAX_NOTES = 64 << 20;

    private HeaderCheck() {}

    /**
     * Refuses what no reader could open.
     *
     * @throws IllegalArgumentException naming the field, its value and what was expected
     */
    static void require(KdumpHeader header, PfnBitmap present, PfnBitmap kept) {
        if (header.codec() == null || !header.codec().storable()) {
            throw new IllegalArgumentException("codec " + header.codec() + ", expected one that kdump files know");
        }
        if (!KdumpLayout.isPageSize(header.pageSize())) {
            throw new IllegalArgumentException(
                    "page size " + header.pageSize() + ", expected a power of two from 4096 to 65536");
        }
        if (present.endPfn() != header.endPfn() || kept.endPfn() != header.endPfn()) {
            throw new IllegalArgumentException("bitmaps of " + present.endPfn() + " and " + kept.endPfn()
                    + " page frames, expected " + header.endPfn() + " as the header says");
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
        for (int i = 0; i < kept.words(); i++) {
            long stray = kept.word(i) & ~present.word(i);
            if (stray != 0) {
                long pfn = ((long) i << 6) + Long.numberOfTrailingZeros(stray);
                throw new IllegalArgumentException("page frame " + pfn + " is kept but not in the first bitmap");
            }
        }
    }
}
