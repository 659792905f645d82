// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.Topics;

/** Topic replays for one member of the group: a log that can be read again, and rebalances when a test wants them. */
final class FakeReplays extends MockConsumer<byte[], byte[]> {
    static final String TOPIC = new Topics(Topics.DEFAULT_PREFIX).replays();

    private static final int MAX_POLLS = 100_000;

    private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> log = new HashMap<>();
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean woken;

    /** Offsets committed, in the order in which they were. */
    final List<String> commits = new ArrayList<>();

    /** Done when there is nothing more to read. */
    Runnable onIdle = () -> {
        throw new AssertionError("nothing more to read");
    };

    /** Thrown by the next commits and questions. */
    final Deque<RuntimeException> commitFailures = new ArrayDeque<>();

    final Deque<RuntimeException> questionFailures = new ArrayDeque<>();

    int polls;

    FakeReplays() {
        super("earliest");
    }

    static TopicPartition partition(int number) {
        return new TopicPartition(TOPIC, number);
    }

    /** Adds a record behind those of its partition. */
    FakeReplays add(int partition, SpecificRecordBase message) {
        return add(partition, RecordCodec.encode(message));
    }

    FakeReplays add(int partition, byte[] value) {
        List<ConsumerRecord<byte[], byte[]>> records =
                log.computeIfAbsent(partition(partition), key -> new ArrayList<>());
        records.add(new ConsumerRecord<>(TOPIC, partition, records.size(), Keys.replay("key"), value));
        return this;
    }

    /** Does something at the next poll. */
    void atNextPoll(Runnable task) {
        tasks.add(task);
    }

    /** Gives this member partitions, from their committed offsets on. */
    void assignTo(Integer... partitions) {
        Set<TopicPartition> now =
                List.of(partitions).stream().map(FakeReplays::partition).collect(Collectors.toSet());
        positions.keySet().retainAll(now);
        now.forEach(partition -> positions.putIfAbsent(partition, committed(partition)));
        rebalance(now);
    }

    private long committed(TopicPartition partition) {
        return commits.stream()
                .filter(commit -> commit.startsWith(partition.partition() + ":"))
                .mapToLong(commit -> Long.parseLong(commit.substring(commit.indexOf(':') + 1)))
                .reduce(0, (before, after) -> after);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        if (++polls > MAX_POLLS) {
            throw new AssertionError("polled for ever");
        }
        if (!tasks.isEmpty()) {
            tasks.poll().run();
        }
        if (woken) {
            woken = false;
            throw new WakeupException();
        }
        for (TopicPartition partition : assignment()) {
            if (paused().contains(partition)) {
                continue;
            }
            Optional<ConsumerRecord<byte[], byte[]>> next = log.getOrDefault(partition, List.of()).stream()
                    .filter(record -> record.offset() >= positions.get(partition))
                    .findFirst();
            if (next.isPresent()) {
                positions.put(partition, next.get().offset() + 1);
                return new ConsumerRecords<>(Map.of(partition, List.of(next.get())), Map.of());
            }
        }
        if (!timeout.isZero() && tasks.isEmpty()) {
            onIdle.run();
        }
        return ConsumerRecords.empty();
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
        if (!assignment().contains(partition)) {
            throw new IllegalStateException("No current assignment for partition " + partition);
        }
        positions.put(partition, offset);
    }

    @Override
    public synchronized long position(TopicPartition partition) {
        if (!assignment().contains(partition)) {
            throw new IllegalStateException("You can only check the position for partitions assigned");
        }
        return positions.get(partition);
    }

    @Override
    public synchronized Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> asked, Duration timeout) {
        if (!questionFailures.isEmpty()) {
            throw questionFailures.poll();
        }
        return asked.stream().collect(Collectors.toMap(partition -> partition, partition ->
                (long) log.getOrDefault(partition, List.of()).size()));
    }

    @Override
    public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
        if (!commitFailures.isEmpty()) {
            throw commitFailures.poll();
        }
        offsets.forEach((partition, offset) -> commits.add(partition.partition() + ":" + offset.offset()));
    }

    @Override
    public synchronized void wakeup() {
        woken = true;
    }
}
