// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class RunningProcessTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path scratch;

    @Test
    void shouldReadWhatThisProcessUses() throws IOException {
        RunningProcess self = new RunningProcess("self", ProcessHandle.current().pid());
        assertThat(self.alive()).isTrue();
        assertThat(self.cpuMicros()).isPositive();
        assertThat(self.peakBytes()).isGreaterThan(1 << 20);
    }

    @Test
    void shouldKnowNothingOfAProcessThatIsGone() {
        RunningProcess gone = new RunningProcess("gone", 1L << 40);
        assertThat(gone.alive()).isFalse();
        assertThat(gone.peakBytes()).isZero();
    }

    @Test
    void shouldCountTheCpuTimeOfACommandAndOfItsChildren() throws Exception {
        String busy = "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; echo $i";
        try (MeasuredCommand command =
                MeasuredCommand.start("busy", scratch, List.of("sh", "-c", "sh -c '" + busy + "'; exit 0"))) {
            MeasuredCommand.Usage usage = command.finish(LIMIT);
            assertThat(usage.output()).isEqualTo("20000");
            assertThat(usage.cpuMicros()).isPositive();
            assertThat(usage.wallNanos()).isPositive();
        }
    }

    @Test
    void shouldSayHowACommandFailed() throws Exception {
        try (MeasuredCommand command =
                MeasuredCommand.start("it", scratch, List.of("sh", "-c", "echo one >&2; echo two >&2; exit 3"))) {
            assertThatThrownBy(() -> command.finish(LIMIT))
                    .isInstanceOf(BenchmarkFailure.class)
                    .hasMessage("it ended with 3: two");
        }
    }

    @Test
    void shouldNotWaitForACommandForEver() throws Exception {
        try (MeasuredCommand command = MeasuredCommand.start("it", scratch, List.of("sleep", "1000"))) {
            assertThatThrownBy(() -> command.finish(Duration.ofMillis(50)))
                    .isInstanceOf(BenchmarkFailure.class)
                    .hasMessageContaining("it did not end within");
        }
    }
}
