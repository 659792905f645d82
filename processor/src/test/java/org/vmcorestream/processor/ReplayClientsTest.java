// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.schemas.Topics;

class ReplayClientsTest {
    private final Map<String, Object> client = new HashMap<>(Map.of("bootstrap.servers", "127.0.0.1:1"));

    @Test
    void shouldHoldWhatMustHoldWhateverTheUserSays() {
        client.put("group.id", "other");
        client.put("group.instance.id", "one");
        client.put("enable.auto.commit", true);
        client.put("max.poll.records", 500);
        client.put("auto.offset.reset", "latest");
        client.put("transactional.id", "mine");
        client.put("acks", "0");
        client.put("enable.idempotence", false);
        client.put("security.protocol", "SSL");
        client.put("compression.type", "lz4");
        Map<String, Object> consumer = ReplayClients.consumer(client, "app");
        assertThat(consumer)
                .containsEntry("group.id", "app-replays")
                .containsEntry("enable.auto.commit", false)
                .containsEntry("max.poll.records", 1)
                .containsEntry("auto.offset.reset", "earliest")
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("security.protocol", "SSL")
                .doesNotContainKey("group.instance.id");
        Map<String, Object> producer = ReplayClients.producer(client);
        assertThat(producer)
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", true)
                .containsEntry("compression.type", "lz4")
                .doesNotContainKey("transactional.id");
        assertThat(new ConsumerConfig(consumer).getInt("max.poll.records")).isEqualTo(1);
        assertThat(new ProducerConfig(producer).getString("acks")).isEqualTo("-1");
    }

    @Test
    void shouldLeaveTheAssignmentToTheBrokerWhereTheUserWantsThat() {
        assertThat(ReplayClients.consumer(client, "app")).containsKey("partition.assignment.strategy");
        client.put("group.protocol", "CONSUMER");
        assertThat(ReplayClients.consumer(client, "app")).doesNotContainKey("partition.assignment.strategy");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.01, 1.01, Double.NaN})
    void shouldRefuseAShareThatIsNone(double share) {
        assertThatThrownBy(() -> new VerdictService.Settings(
                        client,
                        new Topics("t."),
                        "app",
                        List.of(BuiltInRuleSets.level(31)),
                        Path.of("state"),
                        1,
                        share))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("replay share of " + share + ", expected 0 to 1");
    }
}
