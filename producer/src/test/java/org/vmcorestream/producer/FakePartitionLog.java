// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;

/** What a fake cluster holds, as one reads it who looks for a place. */
final class FakePartitionLog implements PartitionLog {
    private final FakeCluster cluster;
    private final Map<String, Long> beginnings = new HashMap<>();

    /** Records given out, by topic. */
    final Map<String, Integer> read = new HashMap<>();

    FakePartitionLog(FakeCluster cluster) {
        this.cluster = cluster;
    }

    /** Drops what lies before an offset in every partition of a topic. */
    FakePartitionLog expire(String topic, long beginning) {
        beginnings.put(topic, beginning);
        return this;
    }

    private List<ProducerRecord<byte[], byte[]>> records(String topic, int partition) {
        return cluster.on(topic).stream()
                .filter(record -> FakeCluster.partition(record) == partition)
                .toList();
    }

    @Override
    public int partitions(String topic) {
        return topic.equals(FakeCluster.TOPICS.dumps()) ? FakeCluster.DUMP_PARTITIONS : FakeCluster.PARTITIONS;
    }

    @Override
    public long beginning(String topic, int partition) {
        return Math.min(beginnings.getOrDefault(topic, 0L), end(topic, partition));
    }

    @Override
    public long end(String topic, int partition) {
        return records(topic, partition).size();
    }

    @Override
    public long offsetAt(String topic, int partition, long millis) {
        List<ProducerRecord<byte[], byte[]>> all = records(topic, partition);
        for (int i = (int) beginning(topic, partition); i < all.size(); i++) {
            if (all.get(i).timestamp() >= millis) {
                return i;
            }
        }
        return all.size();
    }

    @Override
    public void read(String topic, int partition, long from, long end, Visitor visitor) {
        List<ProducerRecord<byte[], byte[]>> all = records(topic, partition);
        for (long i = Math.max(from, beginning(topic, partition)); i < end; i++) {
            ProducerRecord<byte[], byte[]> record = all.get((int) i);
            read.merge(topic, 1, Integer::sum);
            boolean more = visitor.record(new ConsumerRecord<>(
                    topic,
                    partition,
                    i,
                    record.timestamp(),
                    TimestampType.CREATE_TIME,
                    record.key().length,
                    record.value() == null ? -1 : record.value().length,
                    ByteBuffer.wrap(record.key()),
                    record.value() == null ? null : ByteBuffer.wrap(record.value()),
                    record.headers(),
                    Optional.empty()));
            if (!more) {
                return;
            }
        }
    }

    @Override
    public void close() {}
}
