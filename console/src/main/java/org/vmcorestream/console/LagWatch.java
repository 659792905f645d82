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
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the cluster who is at work in stages that commit offsets, and how far they are behind. Belongs to one thread, which {@link #run} occupies. */
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
    private final Told told;
    private boolean complained;

    /** Takes the answers. */
    interface Told {
        /** How many records a stage is behind; empty when the cluster does not say. */
        void lag(String stage, Optional<Long> records);

        /** How many instances of a stage are members of its group; empty when the cluster does not say. */
        void members(String stage, Optional<Integer> members);
    }

    /**
     * @param admin used by this class alone, and not closed by it
     */
    LagWatch(Admin admin, Iterable<Stage> stages, Told told) {
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
        boolean well = true;
        for (Stage stage : stages) {
            Optional<Long> lag = Optional.empty();
            Optional<Integer> members = Optional.empty();
            try {
                members = Optional.of(members(stage));
                lag = Optional.of(lag(stage));
            } catch (ExecutionException | TimeoutException | RuntimeException e) {
                if (!complained) {
                    LOG.warn("lag of {} is not known: {}", stage.name(), PlainText.line(e));
                    complained = true;
                }
                well = false;
            }
            told.members(stage.name(), members);
            told.lag(stage.name(), lag);
        }
        complained &= !well;
    }

    /** Members of the group, none where there is no such group. */
    private int members(Stage stage) throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return get(admin.describeConsumerGroups(List.of(stage.group()))
                            .describedGroups()
                            .get(stage.group()))
                    .members()
                    .size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException && !exists(stage.group())) {
                return 0;
            }
            throw e;
        }
    }

    /** A group of another kind than can be described does not count as empty. */
    private boolean exists(String group) throws InterruptedException, ExecutionException, TimeoutException {
        return get(admin.listGroups().all()).stream()
                .anyMatch(listing -> listing.groupId().equals(group));
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
