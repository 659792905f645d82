// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.vmcorestream.schemas.Topics;

/** Reads topics with a Kafka consumer that belongs to no group. */
final class KafkaPartitionLog implements PartitionLog {
    /** How long the cluster may take to bring a record, or an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration WAIT = Duration.ofMillis(500);

    private final Consumer<ByteBuffer, ByteBuffer> consumer;

    private KafkaPartitionLog(Consumer<ByteBuffer, ByteBuffer> consumer) {
        this.consumer = consumer;
    }

    /**
     * One with a client of its own.
     *
     * @throws CaptureException when the client's settings are wrong
     */
    static KafkaPartitionLog open(Map<String, Object> client, Topics topics) {
        try {
            return new KafkaPartitionLog(new KafkaConsumer<>(ClientConfigs.search(client, topics)));
        } catch (KafkaException e) {
            throw new CaptureException("Kafka client cannot start: " + OneLine.of(e), e);
        }
    }

    @Override
    public int partitions(String topic) {
        List<PartitionInfo> partitions = ask("topic " + topic, () -> consumer.partitionsFor(topic, PATIENCE));
        if (partitions == null || partitions.isEmpty()) {
            throw new CaptureException("topic " + topic + " is missing, expected one made by 'topics create'");
        }
        return partitions.size();
    }

    @Override
    public long beginning(String topic, int partition) {
        TopicPartition place = new TopicPartition(topic, partition);
        return ask(
                place, () -> consumer.beginningOffsets(Set.of(place), PATIENCE).get(place));
    }

    @Override
    public long end(String topic, int partition) {
        TopicPartition place = new TopicPartition(topic, partition);
        return ask(place, () -> consumer.endOffsets(Set.of(place), PATIENCE).get(place));
    }

    @Override
    public long offsetAt(String topic, int partition, long millis) {
        TopicPartition place = new TopicPartition(topic, partition);
        OffsetAndTimestamp found = ask(
                place,
                () -> consumer.offsetsForTimes(Map.of(place, Math.max(0, millis)), PATIENCE)
                        .get(place));
        return found == null ? end(topic, partition) : found.offset();
    }

    @Override
    public void read(String topic, int partition, long from, long end, Visitor visitor) {
        if (from >= end) {
            return;
        }
        TopicPartition place = new TopicPartition(topic, partition);
        ask(place, () -> {
            consumer.assign(Set.of(place));
            consumer.seek(place, from);
            return null;
        });
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long reached = from;
        while (reached < end) {
            for (ConsumerRecord<ByteBuffer, ByteBuffer> record : ask(place, () -> consumer.poll(WAIT))) {
                if (record.offset() >= end || !visitor.record(record)) {
                    return;
                }
            }
            long position = ask(place, () -> consumer.position(place, PATIENCE));
            if (position > reached) {
                deadline = System.nanoTime() + PATIENCE.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                String what = place + " gives no record from offset " + position + " on within " + PATIENCE.toSeconds()
                        + " s, expected some up to offset " + (end - 1);
                throw new CaptureException(what, new TimeoutException(what));
            }
            reached = position;
        }
    }

    private static <T> T ask(Object what, Supplier<T> question) {
        try {
            return question.get();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw new CaptureException(what + " cannot be read: " + OneLine.of(e), e);
        }
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
