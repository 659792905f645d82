// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.vmcore.codec.PageCodec;

/** What the sink asks of Kafka's clients, and what it makes of their answers. */
class KafkaClientsTest {
    private static final TopicPartition PLACE = new TopicPartition("t", 0);

    private final MockConsumer<ByteBuffer, ByteBuffer> consumer = new MockConsumer<>("none");
    private final KafkaLogReader reader = new KafkaLogReader(consumer);

    private void seek(long offset) {
        consumer.updateBeginningOffsets(Map.of(PLACE, 3L));
        consumer.updateEndOffsets(Map.of(PLACE, 9L));
        reader.seek("t", 0, offset);
    }

    @Test
    void shouldReadFromAnOffset() throws OffsetGoneException {
        seek(4);
        consumer.addRecord(
                new ConsumerRecord<>("t", 0, 4, ByteBuffer.wrap(SampleDump.bytes("d/1")), ByteBuffer.allocate(5)));

        List<LogRecord> records = reader.read(Duration.ZERO);

        assertThat(records).singleElement().satisfies(record -> {
            assertThat(record.offset()).isEqualTo(4);
            assertThat(record.dumpId()).isEqualTo("d");
            assertThat(record.place()).isEqualTo("t-0 offset 4");
        });
        assertThat(reader.position()).isEqualTo(5);
        assertThat(reader.end()).isEqualTo(9);
    }

    @Test
    void shouldAskForTheEndsOfAllPartitionsAtOnce() {
        consumer.updateEndOffsets(Map.of(PLACE, 9L, new TopicPartition("t", 1), 0L, new TopicPartition("t", 2), 4L));

        assertThat(reader.ends("t", 3)).containsExactly(9, 0, 4);
    }

    @Test
    void shouldHoldNoPartitionOnceItHasLeft() throws OffsetGoneException {
        seek(4);
        reader.leave();

        assertThat(consumer.assignment()).isEmpty();
        seek(5);
        assertThat(reader.read(Duration.ZERO)).isEmpty();
        assertThat(reader.position()).isEqualTo(5);
    }

    @Test
    void shouldTellThatAnOffsetIsGone() {
        seek(1);
        consumer.setPollException(new OffsetOutOfRangeException(Map.of(PLACE, 1L)));

        assertThatThrownBy(() -> reader.read(Duration.ZERO))
                .isInstanceOf(OffsetGoneException.class)
                .hasMessage("t-0 has no offset 1, it begins at 3");
    }

    @Test
    void shouldPassOverABatchWhoseChecksumDoesNotHold() throws OffsetGoneException {
        seek(4);
        consumer.setPollException(new KafkaException("Record batch is invalid"));

        assertThat(reader.read(Duration.ZERO)).isEmpty();

        assertThat(reader.position()).isEqualTo(5);
    }

    @Test
    void shouldPassOnWhatTheClusterRefuses() {
        seek(4);
        consumer.setPollException(new TopicAuthorizationException("t"));

        assertThatThrownBy(() -> reader.read(Duration.ZERO)).isInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void shouldOverrideWhatOrderAndSafetyDependOn() {
        Map<String, Object> client = Map.of(
                "bootstrap.servers",
                "b:1",
                "group.id",
                "x",
                "enable.auto.commit",
                true,
                "acks",
                "0",
                "isolation.level",
                "read_uncommitted",
                "client.rack",
                "r1",
                "receive.buffer.bytes",
                5);

        Map<String, Object> settings = ClientSettings.reader(client);
        assertThat(settings)
                .doesNotContainKey(ConsumerConfig.GROUP_ID_CONFIG)
                .containsEntry(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false)
                .containsEntry(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
                .containsEntry(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none")
                .containsEntry(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 5)
                .containsEntry(ConsumerConfig.CLIENT_RACK_CONFIG, "r1");
        assertThat(ClientSettings.member(client, "sinks")).containsEntry(ConsumerConfig.GROUP_ID_CONFIG, "sinks");
        assertThat(ClientSettings.member(Map.of("group.protocol", "consumer"), "sinks"))
                .doesNotContainKey(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG);
        assertThat(ClientSettings.producer(client))
                .containsEntry(ProducerConfig.ACKS_CONFIG, "all")
                .containsEntry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    }

    @Test
    void shouldCopyADeadLetterAsItWasReceivedWithTheReason() {
        try (MockProducer<byte[], byte[]> producer =
                new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer())) {
            KafkaOutbox outbox = new KafkaOutbox(producer, SampleDump.TOPICS);
            ByteBuffer value = ByteBuffer.wrap(new byte[] {9, 1, 2, 9}).slice(1, 2);

            outbox.deadLetter(new LogRecord("t", 3, 77, 1, null, value, SampleDump.NO_HEADERS), "bad\nrecord");

            ProducerRecord<byte[], byte[]> letter = producer.history().get(0);
            assertThat(letter.topic()).isEqualTo(SampleDump.TOPICS.deadLetters());
            assertThat(letter.value()).containsExactly(1, 2);
            assertThat(letter.key()).isNull();
            assertThat(header(letter, "problem")).isEqualTo("bad record");
            assertThat(header(letter, "topic")).isEqualTo("t");
            assertThat(header(letter, "partition")).isEqualTo("3");
            assertThat(header(letter, "offset")).isEqualTo("77");
        }
    }

    private static String header(ProducerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldPublishAFileUnderItsKey() {
        try (MockProducer<byte[], byte[]> producer =
                new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer())) {
            DumpFile file = SampleDump.file("d", true, "file:///x");

            CompletableFuture<LogPlace> sent = new KafkaOutbox(producer, SampleDump.TOPICS).publish(file, 7);

            assertThat(Outbox.outcome(sent)).isEqualTo(Outbox.Outcome.SENT);
            assertThat(sent).isCompletedWithValue(new LogPlace(0, 0));
            assertThat(new String(producer.history().get(0).key(), StandardCharsets.UTF_8))
                    .isEqualTo("d/level-31");
        }
    }

    @Test
    void shouldTellWhatCanBeSentAgainFromWhatCannot() {
        assertThat(Outbox.outcome(CompletableFuture.failedFuture(new TimeoutException("later"))))
                .isEqualTo(Outbox.Outcome.AGAIN);
        assertThatThrownBy(() -> Outbox.outcome(CompletableFuture.failedFuture(new TopicAuthorizationException("t"))))
                .isInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void shouldRefuseSettingsThatCannotWork() {
        assertThatIllegalArgumentException().isThrownBy(() -> settings(0, Duration.ofSeconds(1), Optional.empty()));
        assertThatIllegalArgumentException().isThrownBy(() -> settings(1, Duration.ZERO, Optional.empty()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(1, Duration.ofSeconds(1), Optional.of(PageCodec.LZ4)))
                .withMessageContaining("LZ4");
    }

    private static SinkService.Settings settings(int assemblies, Duration stall, Optional<PageCodec> codec) {
        return new SinkService.Settings(
                Map.of(),
                SampleDump.TOPICS,
                "sinks",
                "sink-1",
                new DirectoryPerDump(Path.of("x")),
                codec,
                List.of("level-31"),
                assemblies,
                stall);
    }
}
