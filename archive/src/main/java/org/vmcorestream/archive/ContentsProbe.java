// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.schemas.records.StripeState;

/**
 * Finds out what page-data still holds of a stripe. Retention deletes from the front, so the first offset of a partition says it
 * all, but for a stripe that it lies in: of that one the first batch that is still there is read, which says how many came
 * before it, and where they ended. Belongs to one thread.
 */
final class ContentsProbe implements AutoCloseable {
    private static final int FETCH_BYTES = 1 << 20;

    private final Supplier<LogCursor> cursors;
    private final String topic;
    private final Map<Integer, Long> beginnings = new HashMap<>();
    private LogCursor cursor;
    private int partitions;

    ContentsProbe(Supplier<LogCursor> cursors, String topic) {
        this.cursors = cursors;
        this.topic = topic;
    }

    static ContentsProbe open(Map<String, Object> client, String topic) {
        return new ContentsProbe(() -> LogCursor.open(client, FETCH_BYTES), topic);
    }

    /**
     * Looks for the contents of a stripe.
     *
     * @throws ArchiveException when what is there makes no sense, or the cluster does not answer
     */
    StripeContents of(StoredDump dump, int number) {
        return of(dump, dump.stripe(number));
    }

    /**
     * Looks for the contents of a stripe, or of early pages.
     *
     * @throws ArchiveException when what is there makes no sense, or the cluster does not answer
     */
    StripeContents of(StoredDump dump, StripeState stripe) {
        boolean sentWhole = stripe.getDataOffset() >= 0 && stripe.getDataEnd() >= 0;
        if (stripe.getDataOffset() < 0) {
            return new StripeContents(stripe.getFirstPfn(), 0, false);
        }
        long beginning = beginning(dump, stripe);
        if (beginning <= stripe.getDataOffset()) {
            return new StripeContents(stripe.getFirstPfn(), 0, sentWhole);
        }
        if (sentWhole && beginning > stripe.getDataEnd()) {
            return new StripeContents(stripe.getEndPfn(), -1, true);
        }
        return first(dump, stripe, beginning, sentWhole);
    }

    private static String name(StoredDump dump, StripeState stripe) {
        String what =
                stripe.getStripe() < 0 ? "early pages of part " + stripe.getPart() : "stripe " + stripe.getStripe();
        return what + " of dump " + dump.id();
    }

    private long beginning(StoredDump dump, StripeState stripe) {
        if (cursor == null) {
            cursor = cursors.get();
            partitions = cursor.partitions(topic);
        }
        int partition = stripe.getPartition();
        if (partition >= partitions) {
            throw new ArchiveException(name(dump, stripe)
                    + " is said to be on partition " + partition + " of " + topic + ", expected 0 to "
                    + (partitions - 1));
        }
        return beginnings.computeIfAbsent(partition, unused -> cursor.beginning(topic, partition));
    }

    private StripeContents first(StoredDump dump, StripeState stripe, long beginning, boolean sentWhole) {
        int partition = stripe.getPartition();
        long end = sentWhole ? stripe.getDataEnd() + 1 : cursor.end(topic, partition);
        ByteBuffer key = ByteBuffer.wrap(Keys.stripe(dump.id(), stripe.getStripe()));
        try {
            cursor.moveTo(topic, partition, beginning);
            for (ConsumerRecord<ByteBuffer, ByteBuffer> record = cursor.next(end);
                    record != null;
                    record = cursor.next(end)) {
                if (key.equals(record.key()) && record.value() != null) {
                    return from(record, dump, stripe, sentWhole);
                }
            }
            return new StripeContents(stripe.getEndPfn(), -1, sentWhole);
        } catch (OffsetGoneException e) {
            // Retention went on: look again from where it is now.
            if (e.expired()) {
                beginnings.put(partition, e.beginning());
                return of(dump, stripe);
            }
            throw new ArchiveException(name(dump, stripe) + ": " + e.getMessage(), e);
        }
    }

    private static StripeContents from(
            ConsumerRecord<ByteBuffer, ByteBuffer> record, StoredDump dump, StripeState stripe, boolean sentWhole) {
        try {
            SpecificRecordBase message = RecordCodec.decode(record.value());
            if (message instanceof StripeEnd) {
                return new StripeContents(stripe.getEndPfn(), -1, sentWhole);
            }
            if (!(message instanceof PageBatch batch)) {
                throw new MalformedRecordException(
                        "record is a " + message.getSchema().getName() + ", expected a PageBatch or StripeEnd");
            }
            StripeCheck.expect(batch.getSequence() >= 0, "sequence", batch.getSequence(), "0 or more");
            StripeCheck.expect(
                    batch.getFirstPfn() >= stripe.getFirstPfn() && batch.getFirstPfn() < stripe.getEndPfn(),
                    "firstPfn",
                    batch.getFirstPfn(),
                    stripe.getFirstPfn() + " to " + (stripe.getEndPfn() - 1));
            return new StripeContents(batch.getFirstPfn(), batch.getSequence(), sentWhole);
        } catch (MalformedRecordException e) {
            throw new ArchiveException(
                    name(dump, stripe) + ": " + record.topic() + "-" + record.partition() + " offset " + record.offset()
                            + ": " + OneLine.of(e),
                    e);
        }
    }

    @Override
    public void close() {
        if (cursor != null) {
            cursor.close();
        }
    }
}
