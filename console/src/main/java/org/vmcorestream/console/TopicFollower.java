// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.vmcorestream.schemas.Topics;

/**
 * Reads the console's topics, without a group: alarms first, then the past of the others, then whatever comes.
 * exclusion-stats, alarms and admissions are read from their beginnings; of dumps and dump-files only what a dump on its way can be among is
 * read, found by its time: the kernel logs of old dumps are never fetched. Partitions that are added later are found. Belongs to
 * one thread, but for {@link #stop}.
 */
final class TopicFollower {
    /** How long topics may be missing at the start: whoever makes them may start at the same time. */
    private static final Duration TOPICS_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration ASK = Duration.ofSeconds(5);
    private static final Duration WAIT = Duration.ofMillis(200);
    private static final Duration LOOK_FOR_PARTITIONS = Duration.ofMinutes(5);
    private static final Duration TICK = Duration.ofSeconds(1);

    private final Consumer<ByteBuffer, ByteBuffer> consumer;
    private final Topics topics;
    private final ConsoleBoard board;
    private final Runnable afterRead;
    private final Clock clock;
    private final Map<TopicPartition, Source> assigned = new HashMap<>();
    private volatile boolean stopped;

    /**
     * @param afterRead called again and again, after each read
     */
    TopicFollower(
            Consumer<ByteBuffer, ByteBuffer> consumer,
            Topics topics,
            ConsoleBoard board,
            Runnable afterRead,
            Clock clock) {
        this.consumer = consumer;
        this.topics = topics;
        this.board = board;
        this.afterRead = afterRead;
        this.clock = clock;
    }

    /** Follows the topics until it is stopped; throws what makes that impossible. */
    void run() throws InterruptedException {
        try {
            awaitTopics();
            catchUp(List.of(Source.ALARMS));
            catchUp(List.of(Source.FILES, Source.DUMPS, Source.STATS, Source.ADMISSIONS));
            if (!stopped) {
                board.live();
                follow();
            }
        } catch (WakeupException e) {
            if (!stopped) {
                throw e;
            }
        }
    }

    private void awaitTopics() throws InterruptedException {
        long deadline = System.nanoTime() + TOPICS_TIMEOUT.toNanos();
        for (Source source : Source.values()) {
            while (!stopped && partitions(source, deadline).isEmpty()) {
                Thread.sleep(WAIT.toMillis());
            }
        }
    }

    private List<PartitionInfo> partitions(Source source, long deadline) {
        RetriableException reason = null;
        try {
            List<PartitionInfo> partitions = consumer.partitionsFor(source.topic(topics), ASK);
            if (partitions != null && !partitions.isEmpty()) {
                return partitions;
            }
        } catch (RetriableException e) {
            reason = e;
        }
        if (System.nanoTime() - deadline > 0) {
            throw new UnknownTopicOrPartitionException(
                    "topic " + source.topic(topics) + " is not there"
                            + (reason == null ? "" : ": " + reason.getMessage()),
                    reason);
        }
        return List.of();
    }

    /** Reads topics, besides those that are read already, to where they end now. */
    private void catchUp(List<Source> sources) throws InterruptedException {
        Map<TopicPartition, Long> ends = null;
        while (!stopped) {
            try {
                if (ends == null) {
                    List<TopicPartition> added = assign(sources);
                    ends = consumer.endOffsets(added, ASK);
                }
                read();
                if (isBehind(ends)) {
                    continue;
                }
                return;
            } catch (RetriableException e) {
                Thread.sleep(WAIT.toMillis());
            }
        }
    }

    private boolean isBehind(Map<TopicPartition, Long> ends) {
        ends.keySet().removeIf(partition -> consumer.position(partition, ASK) >= ends.get(partition));
        return !ends.isEmpty();
    }

    private void follow() throws InterruptedException {
        long nextTick = System.nanoTime();
        long nextLook = nextTick + LOOK_FOR_PARTITIONS.toNanos();
        while (!stopped) {
            try {
                read();
                if (System.nanoTime() - nextLook >= 0) {
                    nextLook = System.nanoTime() + LOOK_FOR_PARTITIONS.toNanos();
                    assign(List.of(Source.values()));
                }
            } catch (RetriableException e) {
                Thread.sleep(WAIT.toMillis());
            }
            if (System.nanoTime() - nextTick >= 0) {
                board.tick();
                nextTick = System.nanoTime() + TICK.toNanos();
            }
        }
    }

    private void read() {
        for (ConsumerRecord<ByteBuffer, ByteBuffer> record : consumer.poll(WAIT)) {
            Source source = assigned.get(new TopicPartition(record.topic(), record.partition()));
            board.accept(source, text(record.key()), record.value(), record.timestamp());
        }
        afterRead.run();
    }

    private static String text(ByteBuffer key) {
        return key == null ? "" : StandardCharsets.UTF_8.decode(key.duplicate()).toString();
    }

    /** Reads partitions of topics that are not read yet, from where it matters; returns those that are new. */
    private List<TopicPartition> assign(List<Source> sources) {
        Map<Source, List<TopicPartition>> added = new EnumMap<>(Source.class);
        for (Source source : sources) {
            for (PartitionInfo info : consumer.partitionsFor(source.topic(topics), ASK)) {
                TopicPartition partition = new TopicPartition(info.topic(), info.partition());
                if (!assigned.containsKey(partition)) {
                    added.computeIfAbsent(source, s -> new ArrayList<>()).add(partition);
                }
            }
        }
        Map<TopicPartition, Long> starts = starts(added);
        added.forEach((source, partitions) -> partitions.forEach(partition -> assigned.put(partition, source)));
        consumer.assign(assigned.keySet());
        List<TopicPartition> all = new ArrayList<>();
        added.values().forEach(all::addAll);
        for (TopicPartition partition : all) {
            if (starts.containsKey(partition)) {
                consumer.seek(partition, starts.get(partition));
            } else {
                consumer.seekToBeginning(List.of(partition));
            }
        }
        return all;
    }

    /** From where on partitions of dumps and dump-files that are not read yet matter. */
    private Map<TopicPartition, Long> starts(Map<Source, List<TopicPartition>> added) {
        long since = Math.max(0, clock.millis() - DumpLives.FORGOTTEN_AFTER.toMillis());
        Map<TopicPartition, Long> times = new HashMap<>();
        for (Source source : List.of(Source.DUMPS, Source.FILES)) {
            added.getOrDefault(source, List.of()).forEach(partition -> times.put(partition, since));
        }
        if (times.isEmpty()) {
            return Map.of();
        }
        // The ends come first: a record that is sent in between lies behind them.
        Map<TopicPartition, Long> starts = new HashMap<>(consumer.endOffsets(times.keySet(), ASK));
        consumer.offsetsForTimes(times, ASK).forEach((partition, found) -> {
            if (found != null) {
                starts.put(partition, found.offset());
            }
        });
        return starts;
    }

    /** Makes {@link #run} return; can be called from any thread. */
    void stop() {
        stopped = true;
        consumer.wakeup();
    }
}
