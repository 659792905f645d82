// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;

/**
 * Records of topic dumps, one after the other; kernel logs are passed over unseen, and so are the copies of a dump for its parts.
 * Belongs to one thread.
 */
final class DumpLog implements AutoCloseable {
    /** Broken records in a row that are passed over. */
    private static final int MAX_BROKEN = 1_000;

    private static final byte[] LOG_SUFFIX = "/log".getBytes(StandardCharsets.US_ASCII);

    private final LogCursor cursor;

    DumpLog(LogCursor cursor) {
        this.cursor = cursor;
    }

    /** Told of the records of a partition. */
    interface Visitor {
        /**
         * A record.
         *
         * @param key text of its key: a dump id, or anything at all
         * @return whether to go on
         */
        boolean record(String key, ConsumerRecord<ByteBuffer, ByteBuffer> record);
    }

    LogCursor cursor() {
        return cursor;
    }

    /** Reads a partition from an offset to before another. */
    void read(String topic, int partition, long from, long end, Visitor visitor, Consumer<String> unreadable) {
        readAll(
                topic,
                partition,
                from,
                end,
                (key, record) -> isLog(record.key()) || Keys.isDumpPart(key) || visitor.record(key, record),
                unreadable);
    }

    /** The same of any topic, with nothing passed over. */
    void readAll(String topic, int partition, long from, long end, Visitor visitor, Consumer<String> unreadable) {
        long start = from;
        if (start >= end) {
            return;
        }
        cursor.moveTo(topic, partition, start);
        int broken = 0;
        while (true) {
            try {
                ConsumerRecord<ByteBuffer, ByteBuffer> record = cursor.next(end);
                if (record == null) {
                    return;
                }
                broken = 0;
                String key = record.key() == null
                        ? ""
                        : StandardCharsets.UTF_8
                                .decode(record.key().duplicate())
                                .toString();
                if (!visitor.record(key, record)) {
                    return;
                }
            } catch (BrokenRecordException e) {
                if (++broken > MAX_BROKEN) {
                    throw e;
                }
                unreadable.accept(e.getMessage());
                cursor.seek(cursor.position() + 1);
            } catch (OffsetGoneException e) {
                // Deleted between two questions: what is left begins later.
                if (!e.expired()) {
                    throw new ArchiveException(e.getMessage(), e);
                }
                cursor.seek(e.beginning());
            }
        }
    }

    private static boolean isLog(ByteBuffer key) {
        if (key == null || key.remaining() < LOG_SUFFIX.length) {
            return false;
        }
        int at = key.limit() - LOG_SUFFIX.length;
        for (int i = 0; i < LOG_SUFFIX.length; i++) {
            if (key.get(at + i) != LOG_SUFFIX[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * The dump of a record.
     *
     * @throws MalformedRecordException in one line, with the place of the record, when it is none
     */
    static Dump dump(String key, ConsumerRecord<ByteBuffer, ByteBuffer> from) throws MalformedRecordException {
        try {
            Dump dump = RecordCodec.decode(from.value(), Dump.class);
            DumpCheck.check(dump, key, DumpCheck.ANY_PARTITIONS);
            if (dump.getState() == DumpState.UNKNOWN) {
                throw new MalformedRecordException(
                        "dump record: state is UNKNOWN, expected one that this version knows");
            }
            return dump;
        } catch (MalformedRecordException e) {
            throw new MalformedRecordException(
                    from.topic() + "-" + from.partition() + " offset " + from.offset() + ": " + OneLine.of(e), e);
        }
    }

    /** A copy that does not hold on to a fetch. */
    static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    @Override
    public void close() {
        cursor.close();
    }
}
