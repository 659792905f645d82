// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeState;

/**
 * Reads what page-metadata holds of dumps, by the offsets that topic dumps names. Stripes that are read in the order of their
 * partitions and offsets need no fetch twice. Belongs to one thread.
 */
public final class StoredMetadata implements AutoCloseable {
    private static final int FETCH_BYTES = 2 << 20;

    private final Supplier<LogCursor> cursors;
    private final String topic;
    private LogCursor cursor;
    private int partitions;

    StoredMetadata(Supplier<LogCursor> cursors, String topic) {
        this.cursors = cursors;
        this.topic = topic;
    }

    /** A reader; asks the cluster nothing yet. */
    public static StoredMetadata open(Map<String, Object> client, Topics topics) {
        Map<String, Object> settings = Map.copyOf(client);
        return new StoredMetadata(() -> LogCursor.open(settings, FETCH_BYTES), topics.pageMetadata());
    }

    /**
     * Reads a stripe from its first record to its last. Only offsets between the two are asked for; records of other stripes
     * among them are passed over, and so are chunks that were sent a second time. A record is valid only during the call
     * that brings it. Chunks come in ascending order, lie within the stripe and have the right number of pages; their contents
     * are not looked at.
     *
     * @return bytes of records that were read, uncompressed
     * @throws ArchiveException when it was never sent whole, has expired, makes no sense, or the cluster does not answer
     */
    public long read(StoredDump dump, int stripe, StripeVisitor visitor) {
        if (stripe < 0 || stripe >= dump.stripes()) {
            throw new ArchiveException(
                    "dump " + dump.id() + " has " + dump.stripes() + " stripes, expected one of number " + stripe);
        }
        StripeState state = dump.stripe(stripe);
        String name = "stripe " + stripe + " of dump " + dump.id();
        if (state.getMetadataOffset() < 0 || state.getMetadataEnd() < 0) {
            throw new ArchiveException(name + " was never sent whole to " + topic
                    + ", expected the offsets of its first and last record in the dump's record, which is "
                    + dump.dump().getState());
        }
        prepare();
        if (state.getPartition() >= partitions) {
            throw new ArchiveException(name + " is said to be on partition " + state.getPartition() + " of " + topic
                    + ", expected 0 to " + (partitions - 1));
        }
        long before = cursor.bytes();
        cursor.moveTo(topic, state.getPartition(), state.getMetadataOffset());
        try {
            read(new Reading(dump.id(), state, name, visitor), state.getMetadataEnd() + 1);
        } catch (OffsetGoneException e) {
            throw new ArchiveException(name + ": " + e.getMessage(), e);
        }
        return cursor.bytes() - before;
    }

    private void prepare() {
        if (cursor == null) {
            cursor = cursors.get();
        }
        if (partitions == 0) {
            partitions = cursor.partitions(topic);
        }
    }

    private void read(Reading reading, long end) throws OffsetGoneException {
        while (true) {
            ConsumerRecord<ByteBuffer, ByteBuffer> record = cursor.next(end);
            if (record == null) {
                throw new ArchiveException(
                        reading.name + ": " + topic + "-" + reading.state.getPartition() + " up to offset "
                                + (end - 1) + " holds "
                                + (reading.opened == null ? "nothing of it" : "no end of it")
                                + ", expected all its records");
            }
            try {
                if (!reading.accept(record)) {
                    return;
                }
            } catch (MalformedRecordException e) {
                throw new ArchiveException(
                        reading.name + ": " + topic + "-" + record.partition() + " offset " + record.offset() + ": "
                                + OneLine.of(e),
                        e);
            }
        }
    }

    /** A stripe on its way through a visitor. */
    private static final class Reading {
        private final String dumpId;
        private final StripeState state;
        private final String name;
        private final StripeVisitor visitor;
        private final byte[] keyPrefix;
        private StripeOpened opened;
        private long lastChunk = -1;

        Reading(String dumpId, StripeState state, String name, StripeVisitor visitor) {
            this.dumpId = dumpId;
            this.state = state;
            this.name = name;
            this.visitor = visitor;
            keyPrefix = (new String(Keys.stripe(dumpId, state.getStripe()), StandardCharsets.UTF_8) + "/")
                    .getBytes(StandardCharsets.UTF_8);
        }

        /** Takes a record; returns whether to go on. */
        boolean accept(ConsumerRecord<ByteBuffer, ByteBuffer> record) throws MalformedRecordException {
            if (!isOurs(record.key()) || record.value() == null) {
                return true;
            }
            SpecificRecordBase message = RecordCodec.decode(record.value());
            if (message instanceof StripeOpened first) {
                open(first);
                return true;
            }
            if (opened == null) {
                throw new MalformedRecordException(
                        "record is a " + message.getSchema().getName() + ", expected the stripe's StripeOpened first");
            }
            if (message instanceof ChunkMetadata chunk) {
                return take(chunk);
            }
            if (message instanceof StripeClosed closed) {
                expectOurs(closed.getDumpId(), closed.getStripe());
                visitor.closed(closed);
                return false;
            }
            throw new MalformedRecordException("record is a "
                    + message.getSchema().getName() + ", expected a StripeOpened, ChunkMetadata or StripeClosed");
        }

        private void open(StripeOpened first) throws MalformedRecordException {
            expectOurs(first.getDumpId(), first.getStripe());
            if (opened != null) {
                if (!opened.equals(first)) {
                    throw new MalformedRecordException(
                            "stripe is opened a second time, and differently; expected its chunks");
                }
                return;
            }
            StripeCheck.check(first, state);
            opened = first;
            visitor.opened(first);
        }

        private boolean take(ChunkMetadata chunk) throws MalformedRecordException {
            expectOurs(chunk.getDumpId(), chunk.getStripe());
            StripeCheck.check(chunk, opened);
            if (chunk.getChunk() <= lastChunk) {
                return true;
            }
            lastChunk = chunk.getChunk();
            return visitor.chunk(chunk);
        }

        private void expectOurs(String id, int stripe) throws MalformedRecordException {
            StripeCheck.expect(id.equals(dumpId), "dump id", id, dumpId + " as its key says");
            StripeCheck.expect(stripe == state.getStripe(), "stripe", stripe, state.getStripe() + " as its key says");
        }

        private boolean isOurs(ByteBuffer key) {
            if (key == null || key.remaining() < keyPrefix.length) {
                return false;
            }
            int at = key.position();
            for (int i = 0; i < keyPrefix.length; i++) {
                if (key.get(at + i) != keyPrefix[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    @Override
    public void close() {
        if (cursor != null) {
            cursor.close();
        }
    }
}
