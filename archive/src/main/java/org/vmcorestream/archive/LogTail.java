// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whatever comes to all partitions of some topics from a moment on. Belongs to one thread. */
final class LogTail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogTail.class);
    private static final int FETCH_BYTES = 1 << 20;
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final Consumer<ByteBuffer, ByteBuffer> consumer;
    private final Duration patience;

    LogTail(Consumer<ByteBuffer, ByteBuffer> consumer, Duration patience) {
        this.consumer = consumer;
        this.patience = patience;
    }

    /** A tail of its own client. */
    static LogTail open(Map<String, Object> client) {
        try {
            return new LogTail(new KafkaConsumer<>(ClientConfigs.reader(client, FETCH_BYTES)), ClientConfigs.PATIENCE);
        } catch (KafkaException e) {
            throw new ClusterException("cannot read from the cluster: " + OneLine.of(e), e);
        }
    }

    /**
     * Begins at the ends of all partitions, as they are now.
     *
     * @throws ClusterException when the cluster does not answer
     */
    void begin(List<String> topics) {
        try {
            Map<TopicPartition, Long> ends = new HashMap<>();
            for (String topic : topics) {
                List<PartitionInfo> partitions = consumer.partitionsFor(topic, patience);
                if (partitions == null || partitions.isEmpty()) {
                    throw new ArchiveException("topic " + topic + " is missing, expected one made by 'topics create'");
                }
                partitions.forEach(each -> ends.put(new TopicPartition(topic, each.partition()), 0L));
            }
            ends.putAll(consumer.endOffsets(ends.keySet(), patience));
            consumer.assign(ends.keySet());
            ends.forEach(consumer::seek);
        } catch (KafkaException e) {
            throw new ClusterException(
                    "ends of " + String.join(" and ", topics) + " are not known: " + OneLine.of(e), e);
        }
    }

    /**
     * What came; nothing when nothing did within the wait.
     *
     * @throws ClusterException when the cluster refuses
     */
    ConsumerRecords<ByteBuffer, ByteBuffer> poll(Duration wait) {
        try {
            return consumer.poll(wait);
        } catch (InvalidOffsetException e) {
            LOG.warn("records expired before they were read: {}", OneLine.of(e));
            consumer.seekToBeginning(e.partitions());
        } catch (RetriableException e) {
            LOG.debug("{}", OneLine.of(e));
        } catch (KafkaException e) {
            throw new ClusterException("replays cannot be followed: " + OneLine.of(e), e);
        }
        return ConsumerRecords.empty();
    }

    /** Place of a record in messages. */
    static String place(ConsumerRecord<?, ?> record) {
        return record.topic() + "-" + record.partition() + " offset " + record.offset();
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE));
    }
}
