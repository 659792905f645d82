// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.ReplayRequest;

class ReplaysTest {
    private static final Topics TOPICS = new Topics("vmcore.");
    private static final TopicPartition REPLAYS = new TopicPartition("vmcore.replays", 1);
    private static final TopicPartition FILES = new TopicPartition("vmcore.dump-files", 0);
    private static final String A = SampleDumps.id(SampleDumps.T0, 1);
    private static final String B = SampleDumps.id(SampleDumps.T0, 2);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final MockConsumer<ByteBuffer, ByteBuffer> consumer = new MockConsumer<>("none");
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final Replays replays =
            new Replays(() -> new LogTail(consumer, Duration.ofSeconds(1)), () -> producer, TOPICS);
    private final List<String> told = new ArrayList<>();
    private long replaysEnd = 7;
    private long filesEnd = 3;

    private final ReplayListener listener = new ReplayListener() {
        @Override
        public void decided(ReplayOutcome outcome) {
            told.add("decided " + outcome.getDumpId());
        }

        @Override
        public void refused(ReplayOutcome outcome) {
            told.add("refused " + outcome.getDumpId() + ": " + outcome.getProblem());
        }

        @Override
        public void written(DumpFile file) {
            told.add("written " + file.getDumpId() + " by " + file.getReplayId());
        }
    };

    @BeforeEach
    void makeTopics() {
        consumer.updatePartitions(
                "vmcore.replays",
                List.of(
                        new PartitionInfo("vmcore.replays", 0, null, null, null),
                        new PartitionInfo("vmcore.replays", 1, null, null, null)));
        consumer.updatePartitions(
                "vmcore.dump-files", List.of(new PartitionInfo("vmcore.dump-files", 0, null, null, null)));
        TopicPartition first = new TopicPartition("vmcore.replays", 0);
        consumer.updateBeginningOffsets(Map.of(first, 0L, REPLAYS, 0L, FILES, 0L));
        consumer.updateEndOffsets(Map.of(first, 2L, REPLAYS, replaysEnd, FILES, filesEnd));
    }

    private ReplayTracker ask(boolean verdictsOnly, String... dumpIds) {
        return replays.ask("level-17", verdictsOnly, "me@here", List.of(dumpIds));
    }

    private void comes(SpecificRecordBase message) {
        boolean file = message instanceof DumpFile;
        TopicPartition place = file ? FILES : REPLAYS;
        long offset = file ? filesEnd++ : replaysEnd++;
        ByteBuffer value = message == null ? null : ByteBuffer.wrap(RecordCodec.encode(message));
        consumer.addRecord(new ConsumerRecord<>(place.topic(), place.partition(), offset, null, value));
    }

    private static ReplayOutcome outcome(String replayId, String dumpId, String problem) {
        List<ReasonCount> none = List.of();
        return new ReplayOutcome(replayId, dumpId, "level-17", false, 1L, 1_000L, problem, List.of(), none, none);
    }

    private static DumpFile file(String replayId, String dumpId, String ruleSet, long writtenAt) {
        return new DumpFile(
                dumpId,
                ruleSet,
                "file:///tmp/a",
                "sink",
                writtenAt,
                PageCodecName.ZSTD,
                true,
                List.of(),
                1L,
                0,
                1L,
                0L,
                0L,
                List.of(),
                List.of(),
                replayId,
                0,
                1);
    }

    @Test
    void shouldSendARequestForEachDumpOfOneReplay() throws Exception {
        ReplayTracker tracker = ask(false, A, B);

        List<ReplayRequest> requests = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> sent : producer.history()) {
            assertThat(sent.topic()).isEqualTo("vmcore.replays");
            assertThat(sent.partition()).as("that of its key").isNull();
            requests.add(RecordCodec.decode(ByteBuffer.wrap(sent.value()), ReplayRequest.class));
            assertThat(new String(sent.key(), StandardCharsets.UTF_8))
                    .isEqualTo(requests.get(requests.size() - 1).getDumpId());
        }
        assertThat(requests).extracting(ReplayRequest::getDumpId).containsExactly(A, B);
        assertThat(requests).extracting(ReplayRequest::getReplayId).containsOnly(tracker.replayId());
        assertThat(requests).extracting(ReplayRequest::getRuleSet).containsOnly("level-17");
        assertThat(requests).extracting(ReplayRequest::getRequestedBy).containsOnly("me@here");
        assertThat(requests).extracting(ReplayRequest::getVerdictsOnly).containsOnly(false);
        assertThat(UUID.fromString(tracker.replayId()).version()).isEqualTo(7);
        assertThat(tracker.waiting()).containsExactly(A, B);
    }

    @Test
    void shouldFollowEachDumpToItsFile() {
        ReplayTracker tracker = ask(false, A, B);
        comes(outcome(tracker.replayId(), A, ""));
        comes(outcome(tracker.replayId(), B, "it\nexpired"));
        assertThat(tracker.await(Duration.ofMillis(50), listener)).isFalse();
        assertThat(tracker.waiting()).containsExactly(A);
        comes(file(tracker.replayId(), A, "level-17", 2_000));

        assertThat(tracker.await(LONG, listener)).isTrue();

        assertThat(told)
                .containsExactlyInAnyOrder(
                        "decided " + A, "refused " + B + ": it expired", "written " + A + " by " + tracker.replayId());
        assertThat(tracker.waiting()).isEmpty();
    }

    @Test
    void shouldNotWaitForFilesOfVerdictsOnly() {
        ReplayTracker tracker = ask(true, A);
        assertThat(consumer.assignment()).doesNotContain(FILES);
        comes(outcome(tracker.replayId(), A, ""));

        assertThat(tracker.await(LONG, listener)).isTrue();
        assertThat(told).containsExactly("decided " + A);
    }

    @Test
    void shouldOnlyHearOfItsOwnReplay() {
        ReplayTracker tracker = ask(false, A);
        comes(outcome("another", A, ""));
        comes(outcome(tracker.replayId(), B, ""));
        comes(file("another", A, "level-17", 500));
        comes(file("", A, "level-17", 2_000));
        comes(file(tracker.replayId(), A, "level-31", 2_000));
        comes(null);
        consumer.addRecord(new ConsumerRecord<>(
                REPLAYS.topic(), REPLAYS.partition(), replaysEnd++, null, ByteBuffer.wrap(new byte[2])));

        assertThat(tracker.await(Duration.ofMillis(50), listener)).isFalse();
        assertThat(told).isEmpty();
        assertThat(tracker.waiting()).containsExactly(A);
        assertThat(tracker.waitingForFiles()).isZero();
    }

    @Test
    void shouldTakeTheFileOfALaterReplayForItsOwn() {
        ReplayTracker tracker = ask(false, A);
        comes(outcome(tracker.replayId(), A, ""));
        assertThat(tracker.await(Duration.ofMillis(50), listener)).isFalse();
        assertThat(tracker.waitingForFiles()).isEqualTo(1);

        comes(file("later", A, "level-17", 1_000));

        assertThat(tracker.await(LONG, listener)).isTrue();
        assertThat(told).containsExactly("decided " + A, "written " + A + " by later");
    }

    @Test
    void shouldNotTakeAPartOfADumpForTheFileOfItsReplay() {
        ReplayTracker tracker = ask(false, A);
        comes(outcome(tracker.replayId(), A, ""));
        DumpFile part = file(tracker.replayId(), A, "level-17", 2_000);
        part.setPart(1);
        part.setParts(2);
        comes(part);

        assertThat(tracker.await(Duration.ofMillis(50), listener)).isFalse();
        assertThat(tracker.waitingForFiles()).isEqualTo(1);
        comes(file(tracker.replayId(), A, "level-17", 2_000));
        assertThat(tracker.await(LONG, listener)).isTrue();
    }

    @Test
    void shouldPassOverOutcomesThatMakeNoSense() {
        ReplayTracker tracker = ask(false, A);
        ReplayOutcome odd = outcome(tracker.replayId(), A, "");
        odd.setCounts(List.of(new ReasonCount("free", -1L)));
        comes(odd);
        DumpFile file = file(tracker.replayId(), A, "level-17", 1_000);
        file.setMissing(Collections.nCopies(257, new ReasonCount("free", 1L)));
        comes(file);

        assertThat(tracker.await(Duration.ofMillis(50), listener)).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void shouldReadWhatComesAfterTheRequestAlone() {
        ask(false, A);

        assertThat(consumer.position(REPLAYS)).isEqualTo(7);
        assertThat(consumer.position(FILES)).isEqualTo(3);
    }

    @Test
    void shouldSayThatARequestWasNotTaken() {
        producer.sendException = new TopicAuthorizationException("not you");

        assertThatThrownBy(() -> ask(false, A))
                .isInstanceOf(ClusterException.class)
                .hasMessage("requests cannot be sent to vmcore.replays: not you");
        assertThat(consumer.closed()).isTrue();
    }

    @Test
    void shouldSayThatATopicIsMissing() {
        consumer.updatePartitions("vmcore.dump-files", List.of());

        assertThatThrownBy(() -> ask(false, A))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("topic vmcore.dump-files is missing, expected one made by 'topics create'");
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void shouldSayThatAReplayCannotBeFollowed() {
        ReplayTracker tracker = ask(false, A);
        consumer.setPollException(new TopicAuthorizationException("not you"));

        assertThatThrownBy(() -> tracker.await(LONG, listener))
                .isInstanceOf(ClusterException.class)
                .hasMessage("replays cannot be followed: not you");
    }
}
