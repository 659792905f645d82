// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** A consumer of a {@link FakeCluster}; gives few records at a time, and counts what it is asked. */
final class FakeConsumer extends MockConsumer<ByteBuffer, ByteBuffer> {
    private final FakeCluster cluster;
    private TopicPartition place;
    private long position;
    int seeks;
    int polls;
    int given;

    FakeConsumer(FakeCluster cluster) {
        super("none");
        this.cluster = cluster;
    }

    @Override
    public synchronized void assign(Collection<TopicPartition> partitions) {
        place = partitions.iterator().next();
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
        if (!partition.equals(place)) {
            throw new IllegalStateException(partition + " is not assigned");
        }
        seeks++;
        position = offset;
    }

    @Override
    public synchronized long position(TopicPartition partition, Duration timeout) {
        return position;
    }

    @Override
    public synchronized ConsumerRecords<ByteBuffer, ByteBuffer> poll(Duration timeout) {
        polls++;
        if (position < cluster.beginnings.get(place) || position > cluster.ends.get(place)) {
            throw new OffsetOutOfRangeException(Map.of(place, position));
        }
        List<ConsumerRecord<ByteBuffer, ByteBuffer>> found = new ArrayList<>();
        if (cluster.silent) {
            return ConsumerRecords.empty();
        }
        long end = cluster.ends.get(place);
        for (ConsumerRecord<ByteBuffer, ByteBuffer> record : cluster.records.get(place)) {
            if (record.offset() >= position && found.size() < cluster.pollRecords) {
                if (cluster.broken.get(place).contains(record.offset())) {
                    if (found.isEmpty()) {
                        position = record.offset();
                        throw new KafkaException("Record batch for partition " + place + " is invalid");
                    }
                    break;
                }
                found.add(record);
            }
        }
        position = found.isEmpty() ? end : found.get(found.size() - 1).offset() + 1;
        given += found.size();
        return found.isEmpty() ? ConsumerRecords.empty() : new ConsumerRecords<>(Map.of(place, found), Map.of());
    }

    @Override
    public synchronized Map<TopicPartition, Long> beginningOffsets(
            Collection<TopicPartition> partitions, Duration timeout) {
        return offsets(cluster.beginnings, partitions);
    }

    @Override
    public synchronized Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        return offsets(cluster.ends, partitions);
    }

    private static Map<TopicPartition, Long> offsets(
            Map<TopicPartition, Long> all, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> asked = new HashMap<>();
        partitions.forEach(partition -> {
            if (!all.containsKey(partition)) {
                throw new KafkaException("there is no partition " + partition);
            }
            asked.put(partition, all.get(partition));
        });
        return asked;
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
            Map<TopicPartition, Long> times, Duration timeout) {
        Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
        times.forEach((partition, time) -> found.put(
                partition,
                cluster.records.get(partition).stream()
                        .filter(record -> record.timestamp() >= time)
                        .findFirst()
                        .map(record -> new OffsetAndTimestamp(record.offset(), record.timestamp()))
                        .orElse(null)));
        return found;
    }

    @Override
    public synchronized List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
        List<PartitionInfo> partitions = new ArrayList<>();
        for (int i = 0; i < cluster.topics.getOrDefault(topic, 0); i++) {
            partitions.add(new PartitionInfo(topic, i, null, null, null));
        }
        return partitions;
    }
}
