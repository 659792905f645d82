// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.vmcorestream.schemas.RecordCodec;

/** Topics in memory, and clients that read and write them as Kafka's do. */
final class FakeCluster {
    /** Patience of cursors in tests that have to wait for its end. */
    static final Duration IMPATIENT = Duration.ofMillis(200);

    final Map<String, Integer> topics = new TreeMap<>();
    final Map<TopicPartition, List<ConsumerRecord<ByteBuffer, ByteBuffer>>> records = new HashMap<>();
    final Map<TopicPartition, Long> beginnings = new HashMap<>();
    final Map<TopicPartition, Long> ends = new HashMap<>();
    final Map<TopicPartition, Set<Long>> broken = new HashMap<>();
    final List<FakeConsumer> consumers = new CopyOnWriteArrayList<>();
    int epoch;
    int pollRecords = 3;
    boolean silent;

    /** Makes a topic. */
    FakeCluster topic(String name, int partitions) {
        topics.put(name, partitions);
        for (int i = 0; i < partitions; i++) {
            TopicPartition place = new TopicPartition(name, i);
            records.put(place, new ArrayList<>());
            beginnings.put(place, 0L);
            ends.put(place, 0L);
            broken.put(place, new HashSet<>());
        }
        return this;
    }

    /** Adds a record; returns its offset. */
    long add(String topic, int partition, long timestamp, byte[] key, SpecificRecordBase message) {
        return add(topic, partition, timestamp, key, message == null ? null : RecordCodec.encode(message));
    }

    /** Adds a record; returns its offset. */
    long add(String topic, int partition, long timestamp, byte[] key, byte[] value) {
        TopicPartition place = new TopicPartition(topic, partition);
        long offset = ends.get(place);
        records.get(place)
                .add(new ConsumerRecord<>(
                        topic,
                        partition,
                        offset,
                        timestamp,
                        TimestampType.CREATE_TIME,
                        key == null ? -1 : key.length,
                        value == null ? -1 : value.length,
                        key == null ? null : ByteBuffer.wrap(key),
                        value == null ? null : ByteBuffer.wrap(value),
                        new RecordHeaders(),
                        Optional.empty()));
        ends.put(place, offset + 1);
        return offset;
    }

    /** Leaves offsets without records, as compaction and transactions do. */
    void gap(String topic, int partition, int offsets) {
        ends.merge(new TopicPartition(topic, partition), (long) offsets, Long::sum);
    }

    /** Removes the records before an offset, as retention does. */
    void expire(String topic, int partition, long before) {
        TopicPartition place = new TopicPartition(topic, partition);
        beginnings.put(place, before);
        records.get(place).removeIf(record -> record.offset() < before);
    }

    /** Removes a record, as compaction does. */
    void compact(String topic, int partition, long offset) {
        records.get(new TopicPartition(topic, partition)).removeIf(record -> record.offset() == offset);
    }

    /** Makes the batch at an offset one whose checksum does not hold. */
    void breakAt(String topic, int partition, long offset) {
        broken.get(new TopicPartition(topic, partition)).add(offset);
    }

    FakeConsumer consumer() {
        FakeConsumer consumer = new FakeConsumer(this);
        consumers.add(consumer);
        return consumer;
    }

    LogCursor cursor() {
        return new LogCursor(consumer(), silent ? IMPATIENT : Duration.ofSeconds(10));
    }
}
