// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import org.apache.kafka.common.KafkaException;
import org.vmcorestream.schemas.records.StripeState;

/** How far one stripe is: what of it was sent, and where the cluster put it. Belongs to the capturing thread. */
final class StripeProgress {
    private final Stripe stripe;
    private final StripeArrived arrived;
    private Receipt metadataFirst;
    private Receipt metadataLast;
    private Receipt dataFirst;
    private Receipt dataLast;
    private DataTotals totals = DataTotals.NONE;

    /** A record of page-data whose offset is waited for; the next one is that sent behind it. */
    private Receipt sounding;

    private long reached = Receipt.UNKNOWN;

    /** Of a stripe that nothing was sent of. */
    StripeProgress(Stripe stripe) {
        this(stripe, StripeArrived.NOTHING);
    }

    /** Of a stripe that an earlier capture has sent something of. */
    StripeProgress(Stripe stripe, StripeArrived arrived) {
        this.stripe = stripe;
        this.arrived = arrived;
        metadataFirst = known(arrived.metadata().first());
        metadataLast = known(arrived.metadata().end());
        dataFirst = known(arrived.data().first());
        dataLast = known(arrived.data().end());
        reached = arrived.data().reached();
        if (arrived.data().done()) {
            totals = arrived.data().totals();
        }
    }

    private static Receipt known(long offset) {
        return offset == Receipt.UNKNOWN ? null : Receipt.known(offset);
    }

    /** What the cluster had of it before this capture began. */
    StripeArrived arrived() {
        return arrived;
    }

    Stripe stripe() {
        return stripe;
    }

    /** The first record was sent to page-metadata. */
    void metadataBegun(Receipt receipt) {
        metadataFirst = receipt;
    }

    /** The last record was sent to page-metadata. */
    void metadataEnded(Receipt receipt) {
        metadataLast = receipt;
    }

    /** The first record was sent to page-data. */
    void dataBegun(Receipt receipt) {
        dataFirst = receipt;
    }

    /** A record was sent to page-data, be it the first or another. */
    void dataSent(Receipt receipt) {
        if (sounding == null || sounding.acknowledged()) {
            reached = sounding == null ? reached : Math.max(reached, sounding.offset());
            sounding = receipt;
        }
    }

    /**
     * Offset in page-data of one of the latest records that the cluster has, while the pages are being sent; {@link
     * Receipt#UNKNOWN} else, and while none is known.
     */
    long reached() {
        if (sounding != null && sounding.acknowledged()) {
            reached = Math.max(reached, sounding.offset());
        }
        boolean complete = dataLast != null && dataLast.acknowledged();
        return complete ? Receipt.UNKNOWN : reached;
    }

    /** The last record was sent to page-data. */
    void dataEnded(Receipt receipt, DataTotals totals) {
        dataLast = receipt;
        this.totals = totals;
    }

    /** What was sent to page-data; {@link DataTotals#NONE} until all of it was. */
    DataTotals totals() {
        return totals;
    }

    /** The stripe as the topic dumps tells of it; totals only when the cluster has all of the stripe. */
    StripeState state() {
        boolean complete = dataLast != null && dataLast.acknowledged();
        DataTotals sent = complete ? totals : DataTotals.NONE;
        return StripeState.newBuilder()
                .setStripe(stripe.number())
                .setPart(stripe.part())
                .setFirstPfn(stripe.firstPfn())
                .setEndPfn(stripe.endPfn())
                .setPartition(stripe.partition())
                .setMetadataOffset(offset(metadataFirst))
                .setDataOffset(offset(dataFirst))
                .setMetadataEnd(offset(metadataLast))
                .setDataEnd(offset(dataLast))
                .setPages(sent.pages())
                .setZeroPages(sent.zeroPages())
                .setPageBytes(sent.pageBytes())
                .setDigest(sent.digest())
                .build();
    }

    /**
     * Returns when all offsets are known: four, and two of early pages.
     *
     * @throws CaptureException naming the stripe when one is not: a cluster can acknowledge a record that it was sent twice
     *     without saying where it is
     */
    void requireOffsets() {
        if (offsetsKnown() < (stripe.isEarly() ? 2 : 4)) {
            String what = stripe.name() + " was sent to partition " + stripe.partition()
                    + ", but the cluster did not say at which offsets; '--resume' finds them";
            throw new CaptureException(what, new KafkaException(what));
        }
    }

    /** How many of its offsets are known, four at most. */
    int offsetsKnown() {
        int known = 0;
        for (Receipt receipt : new Receipt[] {metadataFirst, metadataLast, dataFirst, dataLast}) {
            known += offset(receipt) >= 0 ? 1 : 0;
        }
        return known;
    }

    private static long offset(Receipt receipt) {
        return receipt == null ? Receipt.UNKNOWN : receipt.offset();
    }
}
