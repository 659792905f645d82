// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.producer.CaptureSettings;

/** Numbers of threads: what is given, and what a machine gets where nothing is given. */
class ThreadsTest {
    private static final int MAX = CaptureSettings.MAX_THREADS;

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "128, 128", "129, 128", "448, 128"})
    void shouldWorkOnMachinesWithMoreCpusThanACaptureMayHaveThreads(int processors, int expected) {
        assertThat(Threads.number("--threads", null, MAX, processors)).isEqualTo(expected);
    }

    @Test
    void shouldTakeTheNumberGiven() {
        assertThat(Threads.number("--threads", MAX, MAX)).isEqualTo(MAX);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, MAX + 1})
    void shouldCallANumberBeyondWhatACaptureTakesAWrongCommandLine(int given) {
        assertThatThrownBy(() -> Threads.number("--threads", given, MAX))
                .isInstanceOf(CommandFailure.class)
                .hasMessage("--threads " + given + ", expected 1 to 128");
    }
}
