// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.junit.jupiter.api.Test;

class ClientConfigsTest {
    private static final Map<String, Object> USER =
            Map.of("bootstrap.servers", "localhost:1", ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 5000);

    @Test
    void shouldNotLetTheEndOfAPartitionHoldUpTheNextOne() {
        assertThat((int) ClientConfigs.cursor(USER, 1 << 20).get(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG))
                .isLessThanOrEqualTo(10);
    }

    @Test
    void shouldLetTheBrokerHoldBackFetchesOfAReaderThatFollows() {
        assertThat(ClientConfigs.reader(USER, 1 << 20)).containsEntry(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 5000);
    }
}
