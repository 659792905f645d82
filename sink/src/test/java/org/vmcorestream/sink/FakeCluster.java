// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Headers;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;

/** Topics in memory. Can be used by several threads at once. */
final class FakeCluster implements LogReaders {
    /** Records that a read brings at most. */
    int most = 5;

    /** One partition. */
    private static final class Log {
        private final List<LogRecord> records = new ArrayList<>();
        private long beginning;
    }

    private final Map<String, Log> logs = new HashMap<>();
    private boolean down;
    private RuntimeException refusal;

    /** Appends a record with the headers that all records carry. */
    synchronized long append(String topic, int partition, byte[] key, String dumpId, SpecificRecordBase message) {
        return append(topic, partition, key, RecordCodec.encode(message), RecordHeaders.of(dumpId, message), 1_000);
    }

    synchronized long append(String topic, int partition, byte[] key, byte[] value, Headers headers, long timestamp) {
        Log log = log(topic, partition);
        long offset = log.beginning + log.records.size();
        log.records.add(new LogRecord(
                topic,
                partition,
                offset,
                timestamp,
                ByteBuffer.wrap(key),
                value == null ? null : ByteBuffer.wrap(value).asReadOnlyBuffer(),
                headers));
        return offset;
    }

    /** Drops records in front of an offset, as retention does. */
    synchronized void dropBefore(String topic, int partition, long offset) {
        Log log = log(topic, partition);
        while (log.beginning < offset && !log.records.isEmpty()) {
            log.records.remove(0);
            log.beginning++;
        }
    }

    /** Replaces the value of a record. */
    synchronized void replace(String topic, int partition, long offset, byte[] value) {
        Log log = log(topic, partition);
        LogRecord old = log.records.get((int) (offset - log.beginning));
        log.records.set(
                (int) (offset - log.beginning),
                new LogRecord(
                        topic, partition, offset, old.timestamp(), old.key(), ByteBuffer.wrap(value), old.headers()));
    }

    synchronized LogRecord get(String topic, int partition, long offset) {
        Log log = log(topic, partition);
        return log.records.get((int) (offset - log.beginning));
    }

    synchronized long end(String topic, int partition) {
        Log log = log(topic, partition);
        return log.beginning + log.records.size();
    }

    synchronized void down(boolean isDown) {
        down = isDown;
    }

    synchronized void refuse(RuntimeException with) {
        refusal = with;
    }

    private Log log(String topic, int partition) {
        return logs.computeIfAbsent(topic + "-" + partition, name -> new Log());
    }

    private synchronized void ask() {
        if (refusal != null) {
            throw refusal;
        }
        if (down) {
            throw new TimeoutException("nobody answers");
        }
    }

    private synchronized List<LogRecord> read(String topic, int partition, long offset) throws OffsetGoneException {
        ask();
        Log log = log(topic, partition);
        long end = log.beginning + log.records.size();
        if (offset < log.beginning || offset > end) {
            throw new OffsetGoneException(topic, partition, offset, log.beginning);
        }
        int from = (int) (offset - log.beginning);
        return new ArrayList<>(log.records.subList(from, Math.min(log.records.size(), from + most)));
    }

    private synchronized long offsetAt(String topic, int partition, long timestamp) {
        ask();
        Log log = log(topic, partition);
        for (LogRecord each : log.records) {
            if (each.timestamp() >= timestamp) {
                return each.offset();
            }
        }
        return log.beginning;
    }

    @Override
    public LogReader open() {
        return new LogReader() {
            private String topic;
            private int partition;
            private long next;

            @Override
            public void seek(String newTopic, int newPartition, long offset) {
                topic = newTopic;
                partition = newPartition;
                next = offset;
            }

            @Override
            public void seekToTime(String newTopic, int newPartition, long timestamp) {
                seek(newTopic, newPartition, offsetAt(newTopic, newPartition, timestamp));
            }

            @Override
            public List<LogRecord> read(Duration wait) throws OffsetGoneException {
                List<LogRecord> records = FakeCluster.this.read(topic, partition, next);
                next += records.size();
                return records;
            }

            @Override
            public long position() {
                return next;
            }

            @Override
            public long end() {
                ask();
                return FakeCluster.this.end(topic, partition);
            }

            @Override
            public long[] ends(String ofTopic, int partitions) {
                ask();
                return IntStream.range(0, partitions)
                        .mapToLong(number -> FakeCluster.this.end(ofTopic, number))
                        .toArray();
            }

            @Override
            public void leave() {
                topic = null;
            }

            @Override
            public void close() {
                leave();
            }
        };
    }
}
