// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;

class ClientConfigsTest {
    private static final OptionalLong UNKNOWN = OptionalLong.empty();

    @Test
    void shouldOverrideWhatOrderAndSafetyAskFor() {
        CaptureSettings settings = CaptureFixture.settings(Map.of(
                "bootstrap.servers", "b:1",
                "acks", "0",
                "enable.idempotence", "false",
                "compression.type", "gzip",
                "transactional.id", "t",
                "partitioner.ignore.keys", "true",
                "max.request.size", "10"));
        for (Map<String, Object> configs :
                List.of(ClientConfigs.metadata(settings), ClientConfigs.data(settings, UNKNOWN))) {
            ProducerConfig config = new ProducerConfig(configs);
            assertThat(config.getString("acks")).isEqualTo("-1");
            assertThat(config.getBoolean("enable.idempotence")).isTrue();
            assertThat(config.getString("transactional.id")).isNull();
            assertThat(config.getBoolean("partitioner.ignore.keys")).isFalse();
            assertThat(config.getInt("max.request.size")).isGreaterThan(1 << 20);
            assertThat(config.getLong("buffer.memory"))
                    .isGreaterThanOrEqualTo(config.getInt("max.request.size").longValue())
                    .isLessThanOrEqualTo(64L << 20);
        }
        assertThat(ClientConfigs.data(settings, UNKNOWN)).containsEntry("compression.type", "none");
        assertThat(ClientConfigs.metadata(settings)).containsEntry("compression.type", "gzip");
    }

    @Test
    void shouldNotWaitBehindTheEndOfWhatItSearches() {
        Map<String, Object> configs = ClientConfigs.search(
                Map.of("bootstrap.servers", "b:1", "fetch.max.wait.ms", "5000"), FakeCluster.TOPICS);
        assertThat(configs).containsEntry("fetch.max.wait.ms", 10).containsEntry("isolation.level", "read_committed");
    }

    @Test
    void shouldHaveClientsWatchedOnlyWhereTheUserSaysSo() {
        String beans = "org.apache.kafka.common.metrics.JmxReporter";
        CaptureSettings usual = CaptureFixture.settings(Map.of("bootstrap.servers", "b:1"));
        CaptureSettings watched = CaptureFixture.settings(
                Map.of("bootstrap.servers", "b:1", "metric.reporters", beans, "enable.metrics.push", "true"));

        assertThat(new ProducerConfig(ClientConfigs.data(usual, UNKNOWN)).getList("metric.reporters"))
                .isEmpty();
        assertThat(new AdminClientConfig(ClientConfigs.admin(usual)).getBoolean("enable.metrics.push"))
                .isFalse();
        assertThat(new ProducerConfig(ClientConfigs.data(watched, UNKNOWN)).getList("metric.reporters"))
                .containsExactly(beans);
        assertThat(new AdminClientConfig(ClientConfigs.admin(watched)).getBoolean("enable.metrics.push"))
                .isTrue();
    }

    @Test
    void shouldGatherPageContentsForLongerThanWhatTheProcessorWaitsFor() {
        CaptureSettings settings = CaptureFixture.settings(Map.of("bootstrap.servers", "b:1"));

        assertThat(new ProducerConfig(ClientConfigs.data(settings, UNKNOWN)).getLong("linger.ms"))
                .isGreaterThan(new ProducerConfig(ClientConfigs.metadata(settings)).getLong("linger.ms"))
                .isLessThan(100);
    }

    @Test
    void shouldSendBatchesAsLargeAsTheTopicTakesThem() {
        CaptureSettings settings = CaptureFixture.settings(Map.of("bootstrap.servers", "b:1"));
        CaptureSettings sized = CaptureFixture.settings(Map.of("bootstrap.servers", "b:1", "batch.size", "65536"));

        assertThat(batch(settings, UNKNOWN)).isEqualTo(1 << 20);
        assertThat(batch(settings, OptionalLong.of(1_048_588))).isEqualTo(1_048_588);
        assertThat(batch(settings, OptionalLong.of(4 << 20))).isEqualTo(2 << 20);
        assertThat(batch(settings, OptionalLong.of(Integer.MAX_VALUE))).isEqualTo(2 << 20);
        assertThat(batch(settings, OptionalLong.of(1000))).isEqualTo(1 << 20);
        assertThat(batch(sized, OptionalLong.of(4 << 20))).isEqualTo(65_536);
    }

    private static int batch(CaptureSettings settings, OptionalLong limit) {
        return new ProducerConfig(ClientConfigs.data(settings, limit)).getInt("batch.size");
    }

    @Test
    void shouldLeaveOtherSettingsToTheUser() {
        CaptureSettings settings = CaptureFixture.settings(Map.of(
                "bootstrap.servers", "b:1",
                "linger.ms", "50",
                "delivery.timeout.ms", "90000",
                "security.protocol", "SSL",
                "client.id", "mine"));

        assertThat(ClientConfigs.data(settings, UNKNOWN))
                .containsEntry("linger.ms", "50")
                .containsEntry("security.protocol", "SSL")
                .containsEntry("max.block.ms", 90_000L)
                .containsEntry("client.id", "mine-data");
        assertThat(ClientConfigs.metadata(settings)).containsEntry("client.id", "mine-metadata");
        assertThat(ClientConfigs.admin(settings))
                .containsOnlyKeys(
                        "bootstrap.servers",
                        "security.protocol",
                        "client.id",
                        "metric.reporters",
                        "enable.metrics.push");
        assertThat(ClientConfigs.maxBlockMillis(settings)).isEqualTo(60_000);
    }

    @Test
    void shouldWaitAnHourForAClusterThatIsGone() {
        CaptureSettings settings = CaptureFixture.settings(Map.of("bootstrap.servers", "b:1"));
        for (Map<String, Object> configs :
                List.of(ClientConfigs.metadata(settings), ClientConfigs.data(settings, UNKNOWN))) {
            ProducerConfig config = new ProducerConfig(configs);
            assertThat(config.getInt("delivery.timeout.ms")).isEqualTo(3_600_000);
            assertThat(config.getLong("max.block.ms")).isEqualTo(3_600_000);
        }
        assertThat(ClientConfigs.patienceMillis(settings)).isEqualTo(3_600_000);
        assertThat(ClientConfigs.maxBlockMillis(settings))
                .as("before it begins")
                .isEqualTo(60_000);
    }

    @Test
    void shouldWaitNoLongerThanTheUserSays() {
        CaptureSettings settings = CaptureFixture.settings(Map.of("bootstrap.servers", "b:1", "max.block.ms", "1500"));

        assertThat(ClientConfigs.maxBlockMillis(settings)).isEqualTo(1_500);
        assertThat(ClientConfigs.data(settings, UNKNOWN)).containsEntry("max.block.ms", "1500");
    }

    @Test
    void shouldGiveTheAdminClientNothingItDoesNotKnow() {
        Map<String, Object> configs =
                ClientConfigs.admin(CaptureFixture.settings(Map.of("bootstrap.servers", "b:1", "acks", "all")));

        assertThat(AdminClientConfig.configNames()).containsAll(configs.keySet());
    }
}
