// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the cluster how far stages that commit offsets are behind. Belongs to one thread, which {@link #run} occupies. */
final class LagWatch {
    /** How often it asks. */
    static final Duration EVERY = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(LagWatch.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * A stage.
     *
     * @param name how it is called
     * @param group its consumer group
     * @param topic what it reads
     */
    record Stage(String name, String group, String topic) {}

    private final Admin admin;
    private final Iterable<Stage> stages;
    private final BiConsumer<String, Optional<Long>> told;
    private boolean complained;

    /**
     * @param admin used by this class alone, and not closed by it
     * @param told takes the name of a stage and how many records it is behind; empty when the cluster does not say
     */
    LagWatch(Admin admin, Iterable<Stage> stages, BiConsumer<String, Optional<Long>> told) {
        this.admin = admin;
        this.stages = stages;
        this.told = told;
    }

    /** Asks again and again until its thread is interrupted. */
    void run() throws InterruptedException {
        while (true) {
            ask();
            Thread.sleep(EVERY.toMillis());
        }
    }

    /** Asks once. */
    void ask() throws InterruptedException {
        for (Stage stage : stages) {
            Optional<Long> lag = Optional.empty();
            try {
                lag = Optional.of(lag(stage));
                complained = false;
            } catch (ExecutionException | TimeoutException | RuntimeException e) {
                if (!complained) {
                    LOG.warn("lag of {} is not known: {}", stage.name(), PlainText.line(e));
                    complained = true;
                }
            }
            told.accept(stage.name(), lag);
        }
    }

    /** Records behind what the group committed; of partitions that it never read, all that there are. */
    private long lag(Stage stage) throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (TopicPartitionInfo info : get(admin.describeTopics(List.of(stage.topic()))
                        .allTopicNames())
                .get(stage.topic())
                .partitions()) {
            TopicPartition partition = new TopicPartition(stage.topic(), info.partition());
            first.put(partition, OffsetSpec.earliest());
            latest.put(partition, OffsetSpec.latest());
        }
        Map<TopicPartition, OffsetAndMetadata> committed =
                get(admin.listConsumerGroupOffsets(stage.group()).partitionsToOffsetAndMetadata());
        Map<TopicPartition, ListOffsetsResultInfo> beginnings =
                get(admin.listOffsets(first).all());
        Map<TopicPartition, ListOffsetsResultInfo> ends =
                get(admin.listOffsets(latest).all());
        return lag(committed, beginnings, ends);
    }

    /** Records between what was committed, or the beginning where nothing was, and the ends. */
    static long lag(
            Map<TopicPartition, OffsetAndMetadata> committed,
            Map<TopicPartition, ListOffsetsResultInfo> beginnings,
            Map<TopicPartition, ListOffsetsResultInfo> ends) {
        long lag = 0;
        for (TopicPartition partition : ends.keySet()) {
            OffsetAndMetadata done = committed.get(partition);
            long beginning = beginnings.get(partition).offset();
            long from = done == null ? beginning : Math.max(beginning, done.offset());
            lag += Math.max(0, ends.get(partition).offset() - from);
        }
        return lag;
    }

    private static <T> T get(KafkaFuture<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
