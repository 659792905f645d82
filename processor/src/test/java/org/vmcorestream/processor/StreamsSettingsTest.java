// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;

class StreamsSettingsTest {
    @TempDir
    private Path stateDir;

    private final Map<String, Object> client = new HashMap<>(Map.of("bootstrap.servers", "127.0.0.1:1"));

    @Test
    void shouldHoldWhatMustHoldWhateverTheUserSays() {
        client.put("processing.guarantee", "at_least_once");
        client.put("application.id", "other");
        client.put("auto.offset.reset", "latest");
        client.put("main.consumer.auto.offset.reset", "latest");
        client.put("consumer.group.id", "other");
        client.put("acks", "0");
        client.put("producer.enable.idempotence", "false");
        client.put("max.request.size", "1000");
        client.put(
                "processing.exception.handler",
                "org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler");
        Properties all = StreamsSettings.of(settings());
        assertThat(all)
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("application.id", "vmcore-verdicts")
                .containsEntry(
                        "processing.exception.handler",
                        "org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler")
                .containsEntry("consumer.auto.offset.reset", "earliest")
                .containsEntry("producer.max.request.size", 8 << 20)
                .doesNotContainKeys(
                        "auto.offset.reset",
                        "main.consumer.auto.offset.reset",
                        "consumer.group.id",
                        "acks",
                        "producer.enable.idempotence",
                        "max.request.size");
        Map<String, Object> producer = new StreamsConfig(all).getProducerConfigs("x");
        assertThat(producer).containsEntry("enable.idempotence", true);
    }

    @Test
    void shouldPassOnWhatTheUserMaySay() {
        client.put("security.protocol", "SSL");
        client.put("commit.interval.ms", 7);
        client.put("producer.compression.type", "lz4");
        client.put("replication.factor", 3);
        client.put("producer.max.request.size", "90000000");
        assertThat(StreamsSettings.of(settings()))
                .containsEntry("security.protocol", "SSL")
                .containsEntry("commit.interval.ms", 7)
                .containsEntry("producer.compression.type", "lz4")
                .containsEntry("replication.factor", 3)
                .containsEntry("producer.max.request.size", 90_000_000);
    }

    @Test
    void shouldRefuseASizeThatIsNoNumber() {
        client.put("max.request.size", "much");
        assertThatThrownBy(() -> StreamsSettings.of(settings()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("setting max.request.size is 'much', expected a number");
    }

    @Test
    void shouldSayInOneLineThatTheClusterDoesNotAnswer() {
        try (VerdictService service = new VerdictService(settings())) {
            assertThatThrownBy(() -> service.start(Duration.ofMillis(300)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("cannot ask for topic vmcore.page-metadata: no answer within 300 ms");
            assertThat(service.failure()).isEmpty();
        }
    }

    @Test
    void shouldRefuseToWorkWithoutRuleSets() {
        VerdictService.Settings none = new VerdictService.Settings(
                client, new Topics(Topics.DEFAULT_PREFIX), "vmcore-verdicts", List.of(), stateDir, 1);
        assertThatThrownBy(() -> new VerdictService(none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no rule sets");
    }

    @Test
    void shouldRefuseSettingsThatKafkaRefuses() {
        client.put("num.standby.replicas", "many");
        assertThatThrownBy(() -> new VerdictService(settings()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("processor cannot be set up: Invalid value many");
    }

    @Test
    void shouldSendVerdictsToThePartitionTheyComeFrom() {
        PlacedValue value = new PlacedValue(5, new byte[] {1});
        assertThat(PlacedValue.PARTITIONER.partitions("verdicts", new byte[0], value, 8))
                .hasValueSatisfying(partitions -> assertThat(partitions).containsExactly(5));
        assertThat(PlacedValue.SERIALIZER.serialize("verdicts", value)).containsExactly(1);
    }

    private VerdictService.Settings settings() {
        List<RuleSet> ruleSets = List.of(BuiltInRuleSets.level(31));
        return new VerdictService.Settings(
                client, new Topics(Topics.DEFAULT_PREFIX), "vmcore-verdicts", ruleSets, stateDir, 2);
    }
}
