// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.OptionalInt;

/**
 * What the cluster has of one stripe of a dump whose capture was cut short, and need not be sent again.
 *
 * @param metadata what page-metadata has
 * @param data what page-data has
 */
record StripeArrived(Metadata metadata, Data data) {
    /** Of a stripe that nothing was sent of. */
    static final StripeArrived NOTHING = new StripeArrived(Metadata.NOTHING, Data.NOTHING);

    /**
     * Descriptors.
     *
     * @param first offset of the stripe's first record, {@link Receipt#UNKNOWN} when there is none
     * @param end offset of its last record, {@link Receipt#UNKNOWN} when there is none
     * @param lastChunk last chunk that is there, -1 when none is; nothing is said when the last record is there
     * @param digest what the last record says of the descriptors, where it could be read
     */
    record Metadata(long first, long end, long lastChunk, OptionalInt digest) {
        static final Metadata NOTHING = new Metadata(Receipt.UNKNOWN, Receipt.UNKNOWN, -1, OptionalInt.empty());

        /** Whether the first record is there. */
        boolean begun() {
            return first >= 0;
        }

        /** Whether all of it is there. */
        boolean done() {
            return end >= 0;
        }

        /** Whether a chunk is there. */
        boolean has(long chunk) {
            return done() || chunk <= lastChunk;
        }
    }

    /**
     * Pages.
     *
     * @param first offset of the stripe's first record, {@link Receipt#UNKNOWN} when there is none
     * @param end offset of its last record, {@link Receipt#UNKNOWN} when there is none
     * @param totals what is there; batches are not counted when the last record is there
     * @param endPfn page frame behind the last one that is there, 0 when none is
     * @param reached offset of the last batch that is there, {@link Receipt#UNKNOWN} when none is, or the last record is there
     */
    record Data(long first, long end, DataTotals totals, long endPfn, long reached) {
        static final Data NOTHING = new Data(Receipt.UNKNOWN, Receipt.UNKNOWN, DataTotals.NONE, 0, Receipt.UNKNOWN);

        /** Whether all of it is there. */
        boolean done() {
            return end >= 0;
        }
    }
}
