// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CaptureTest {
    @Test
    @Timeout(20)
    void shouldSayThatNobodyAnswersWithinTheTimeGiven() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            String brokers = "127.0.0.1:" + silent.getLocalPort();
            CaptureSettings settings =
                    CaptureFixture.settings(Map.of("bootstrap.servers", brokers, "max.block.ms", "700"));
            assertThatThrownBy(() -> Capture.run(new FakeVmcore().memory(0, 3), settings, CaptureProgress.NONE))
                    .isInstanceOf(CaptureException.class)
                    .hasMessage("no answer from " + brokers + " within 700 ms, expected a Kafka broker");
        }
    }

    @Test
    void shouldSayInOneLineThatClientSettingsAreWrong() {
        CaptureSettings settings = CaptureFixture.settings(Map.of("bootstrap.servers", "no port"));
        assertThatThrownBy(() -> Capture.run(new FakeVmcore().memory(0, 3), settings, CaptureProgress.NONE))
                .isInstanceOf(CaptureException.class)
                .hasMessageStartingWith("Kafka client cannot start: ")
                .hasMessageContaining("no port")
                .message()
                .doesNotContain("\n");
    }
}
