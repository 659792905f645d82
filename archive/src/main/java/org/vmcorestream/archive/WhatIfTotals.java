// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

/**
 * What a rule set would do with many dumps, against those in force. Pages of dumps may be of different sizes: bytes are
 * added up dump by dump, under the same reasons. Grows; belongs to one thread.
 */
public final class WhatIfTotals {
    private long decided;
    private long undecided;
    private final Sums pages = new Sums();
    private final Sums bytes = new Sums();

    /** Sums of pages, or of bytes. */
    public static final class Sums {
        private final PagesByReason base = new PagesByReason();
        private final PagesByReason other = new PagesByReason();
        private final PagesByReason newlyLost = new PagesByReason();
        private final PagesByReason newlyKept = new PagesByReason();
        private final PagesByReason notCaptured = new PagesByReason();

        private Sums() {}

        private void add(WhatIfRow row, int shift) {
            add(base, row.base().pages(), shift);
            add(other, row.other().pages(), shift);
            add(newlyLost, row.other().newlyLost(), shift);
            add(newlyKept, row.other().newlyKept(), shift);
            add(notCaptured, row.other().notCaptured(), shift);
        }

        private static void add(PagesByReason to, PagesByReason more, int shift) {
            more.asMap().forEach((reason, count) -> to.add(reason, count << shift));
        }

        /** By reason of the rule sets in force, kept, hole and no-data among them. */
        public PagesByReason base() {
            return base;
        }

        /** By reason of the rule set asked about. */
        public PagesByReason other() {
            return other;
        }

        /** What the rule sets in force keep and the one asked about excludes, by its reason. */
        public PagesByReason newlyLost() {
            return newlyLost;
        }

        /** What the rule sets in force exclude and the one asked about keeps, by their reasons. */
        public PagesByReason newlyKept() {
            return newlyKept;
        }

        /** What the rule set asked about keeps and was never captured, by reason of the capture rule sets. */
        public PagesByReason notCaptured() {
            return notCaptured;
        }
    }

    void add(WhatIfRow row) {
        if (!row.decided()) {
            undecided++;
            return;
        }
        decided++;
        pages.add(row, 0);
        bytes.add(row, row.dump().pageShift());
    }

    /** Dumps that were decided. */
    public long decided() {
        return decided;
    }

    /** Dumps that could not be decided; they are in no sum. */
    public long undecided() {
        return undecided;
    }

    /** In pages. */
    public Sums pages() {
        return pages;
    }

    /** In bytes of memory, uncompressed. */
    public Sums bytes() {
        return bytes;
    }
}
