// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.StripeEnd;

/**
 * What page-data has of one stripe, from its records in order, or from one of its later records on. Batches tell in their headers
 * what came before them, so that no page is looked at.
 */
final class ArrivedData implements Arrived, OwnRecords.Taker {
    private static final Pattern PFNS = Pattern.compile("\\d{1,15}-(\\d{1,15})");

    private long first;
    private long end = Receipt.UNKNOWN;
    private DataTotals totals = DataTotals.NONE;
    private long endPfn;
    private long reached = Receipt.UNKNOWN;
    private long lastAt;
    private boolean broken;

    /** @param first offset of its first record, {@link Receipt#UNKNOWN} when that is the first one that comes */
    ArrivedData(long first) {
        this.first = first;
    }

    /** Takes what topic dumps says of a stripe that is there. */
    void told(long endOffset, DataTotals all) {
        end = endOffset;
        totals = all;
    }

    @Override
    public boolean take(String kind, String keyEnd, ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        if (kind.equals("PageBatch")) {
            batch(record);
        } else if (kind.equals("StripeEnd")) {
            end(record);
        }
        return end < 0;
    }

    private void batch(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        Optional<DataTotals> told = DataTotals.of(RecordHeaders.text(record.headers(), RecordHeaders.TOTALS));
        String text = RecordHeaders.text(record.headers(), RecordHeaders.PFNS);
        Matcher pfns = PFNS.matcher(text == null ? "" : text);
        if (told.isEmpty() || !pfns.matches()) {
            // Sent by a version that does not say where it is.
            broken = true;
            return;
        }
        DataTotals now = told.get();
        boolean begins = now.batches() == 1;
        boolean joins = totals.batches() == 0 ? begins || first >= 0 && !broken : now.batches() == totals.batches() + 1;
        if (begins && (first < 0 || broken)) {
            first = record.offset();
            broken = false;
        } else if (now.batches() <= totals.batches()) {
            return;
        } else if (!joins) {
            broken = true;
            totals = DataTotals.NONE;
            return;
        }
        totals = now;
        endPfn = Long.parseLong(pfns.group(1)) + 1;
        reached = record.offset();
    }

    private void end(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        try {
            if (RecordCodec.decode(record.value()) instanceof StripeEnd all
                    && !broken
                    && all.getBatches() == totals.batches()
                    && all.getDigest() == totals.digest()) {
                first = first < 0 ? record.offset() : first;
                end = record.offset();
                lastAt = record.timestamp();
            }
        } catch (MalformedRecordException e) {
            broken = true;
        }
    }

    @Override
    public boolean done() {
        return result().done();
    }

    @Override
    public long endedAt(long otherwise) {
        return end >= 0 && lastAt > 0 ? lastAt : otherwise;
    }

    /** What is there; nothing where it has to be sent anew. */
    StripeArrived.Data result() {
        boolean usable = first >= 0 && !broken && (end >= 0 || totals.batches() > 0);
        return usable ? new StripeArrived.Data(first, end, totals, endPfn, reached) : StripeArrived.Data.NOTHING;
    }
}
