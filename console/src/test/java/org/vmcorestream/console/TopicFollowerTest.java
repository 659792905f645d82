// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.ExclusionStats;

class TopicFollowerTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(Sample.NOW), ZoneOffset.UTC);
    private static final Topics TOPICS = new Topics("vmcore.");
    private static final TopicPartition ALARMS = new TopicPartition(TOPICS.alarms(), 0);
    private static final TopicPartition STATS = new TopicPartition(TOPICS.exclusionStats(), 0);
    private static final TopicPartition FILES = new TopicPartition(TOPICS.dumpFiles(), 0);
    private static final TopicPartition ADMISSIONS = new TopicPartition(TOPICS.admissions(), 0);
    private static final TopicPartition DUMPS_0 = new TopicPartition(TOPICS.dumps(), 0);
    private static final TopicPartition DUMPS_1 = new TopicPartition(TOPICS.dumps(), 1);

    private final List<Alarm> raised = new ArrayList<>();
    private final List<String> order = new ArrayList<>();
    private final ConsoleBoard board =
            new ConsoleBoard(AlarmThresholds.USUAL, new MetricLabels(16, 32), raised::add, CLOCK);

    /** A cluster that holds records, and finds them by time. */
    private final class Cluster extends MockConsumer<ByteBuffer, ByteBuffer> {
        private final Map<TopicPartition, List<ConsumerRecord<ByteBuffer, ByteBuffer>>> held = new HashMap<>();
        private final Map<TopicPartition, Long> soughtSince = new HashMap<>();

        Cluster(TopicPartition... partitions) {
            super("earliest");
            Map<String, List<PartitionInfo>> infos = new TreeMap<>();
            for (TopicPartition partition : partitions) {
                held.put(partition, new ArrayList<>());
                infos.computeIfAbsent(partition.topic(), topic -> new ArrayList<>())
                        .add(new PartitionInfo(
                                partition.topic(), partition.partition(), Node.noNode(), new Node[0], new Node[0]));
                updateBeginningOffsets(Map.of(partition, 0L));
                updateEndOffsets(Map.of(partition, 0L));
            }
            infos.forEach(this::updatePartitions);
        }

        void hold(TopicPartition partition, String key, ByteBuffer value, long timestamp) {
            List<ConsumerRecord<ByteBuffer, ByteBuffer>> records = held.get(partition);
            records.add(new ConsumerRecord<>(
                    partition.topic(),
                    partition.partition(),
                    records.size(),
                    timestamp,
                    TimestampType.CREATE_TIME,
                    0,
                    0,
                    Sample.text(key),
                    value,
                    new RecordHeaders(),
                    Optional.empty()));
            updateEndOffsets(Map.of(partition, (long) records.size()));
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
                Map<TopicPartition, Long> times, Duration timeout) {
            Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
            times.forEach((partition, since) -> {
                soughtSince.put(partition, since);
                found.put(
                        partition,
                        held.get(partition).stream()
                                .filter(record -> record.timestamp() >= since)
                                .findFirst()
                                .map(record -> new OffsetAndTimestamp(record.offset(), record.timestamp()))
                                .orElse(null));
            });
            return found;
        }

        @Override
        public synchronized void seekToBeginning(java.util.Collection<TopicPartition> partitions) {
            partitions.forEach(partition -> seek(partition, 0));
        }

        /** Gives what is held of an assigned partition from its position on. */
        void feed() {
            for (TopicPartition partition : assignment()) {
                long position = position(partition);
                held.get(partition).stream()
                        .filter(record -> record.offset() >= position)
                        .forEach(record -> {
                            order.add(record.topic());
                            addRecord(record);
                        });
            }
        }
    }

    private static void stats(Cluster cluster, DecidedDump dump) {
        ExclusionStats stats = Sample.stats(dump, 0, 1);
        cluster.hold(STATS, Sample.key(stats), Sample.bytes(stats), dump.decidedAt());
    }

    @Test
    void shouldReadAlarmsFirstAndThenWhatMattersOfTheOthers() throws Exception {
        Cluster cluster = new Cluster(ALARMS, STATS, FILES, ADMISSIONS, DUMPS_0, DUMPS_1);
        DecidedDump noFree = Sample.dump(1, Sample.RELEASE, 0, 10);
        stats(cluster, noFree);
        stats(cluster, Sample.dump(2, Sample.RELEASE, 0, 10));
        Alarm known = new AlarmRules(AlarmThresholds.USUAL).judge(noFree).get(0);
        cluster.hold(ALARMS, AlarmBook.key(known), Sample.bytes(known), Sample.NOW);
        long old = Sample.NOW - DumpLives.FORGOTTEN_AFTER.toMillis() - 1;
        cluster.hold(DUMPS_0, Sample.id(3), Sample.bytes(Sample.life(Sample.id(3), DumpState.CAPTURED)), old);
        cluster.hold(DUMPS_0, Sample.id(4) + "/log", Sample.text("a kernel log"), Sample.NOW);
        cluster.hold(DUMPS_0, Sample.id(4), Sample.bytes(Sample.life(Sample.id(4), DumpState.CAPTURED)), Sample.NOW);
        cluster.hold(DUMPS_1, Sample.id(5), Sample.bytes(Sample.life(Sample.id(5), DumpState.OPENED)), old);
        TopicFollower[] follower = new TopicFollower[1];
        int[] reads = new int[1];
        follower[0] = new TopicFollower(
                cluster,
                TOPICS,
                board,
                () -> {
                    if (board.isLive()) {
                        follower[0].stop();
                    } else if (reads[0]++ == 0) {
                        cluster.setPollException(new NotLeaderOrFollowerException("moved"));
                    }
                    cluster.feed();
                },
                CLOCK);

        follower[0].run();

        assertThat(order.get(0)).isEqualTo(TOPICS.alarms());
        assertThat(raised).extracting(Alarm::getDumpId).containsExactly(Sample.id(2));
        assertThat(board.view(10).inFlight())
                .extracting(DumpLives.InFlight::dumpId)
                .containsExactly(Sample.id(4));
        assertThat(cluster.soughtSince).containsOnlyKeys(DUMPS_0, DUMPS_1, FILES);
        assertThat(board.view(10).decided()).isEqualTo(2);
        assertThat(board.isLive()).isTrue();
    }

    @Test
    void shouldEndWhenItIsStoppedWhileTopicsAreMissing() throws Exception {
        Cluster cluster = new Cluster(ALARMS);
        TopicFollower follower = new TopicFollower(cluster, TOPICS, board, () -> {}, CLOCK);
        follower.stop();

        follower.run();

        assertThat(board.isLive()).isFalse();
    }
}
