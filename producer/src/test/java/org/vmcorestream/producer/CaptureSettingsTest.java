// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureSettingsTest {
    @ParameterizedTest
    @ValueSource(longs = {-1, 1, (1L << 30) - 1, (1L << 30) + 4096, -(1L << 30)})
    void shouldRefuseAStripeThatIsNoMultipleOfAGibibyte(long stripeBytes) {
        assertThatThrownBy(() -> settings(CaptureFixture.DUMP_ID, stripeBytes, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("stripe of " + stripeBytes + " bytes, expected a multiple of 1 GiB");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 129})
    void shouldRefuseAnImpossibleNumberOfThreads(int threads) {
        assertThatThrownBy(() -> settings(CaptureFixture.DUMP_ID, 1L << 30, threads))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(threads + " threads, expected 1 to 128");
    }

    @Test
    void shouldRefuseANameThatIsNoDumpId() {
        assertThatThrownBy(() -> settings("my-dump", 1L << 30, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'my-dump'");
    }

    private static CaptureSettings settings(String dumpId, long stripeBytes, int threads) {
        CaptureFixture fixture = new CaptureFixture();
        fixture.dumpId = dumpId;
        fixture.stripeBytes = stripeBytes;
        fixture.threads = threads;
        return fixture.settings();
    }
}
