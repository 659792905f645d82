// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vmcorestream.sink.ReplaySink.OTHER;
import static org.vmcorestream.sink.ReplaySink.REPLAYS;
import static org.vmcorestream.sink.ReplaySink.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.DumpState;

/** A sink whose topic of replays has more outcomes than it remembers. */
@Timeout(120)
class ReplayFloodTest {
    @TempDir
    private Path folder;

    private ReplaySink sink;

    @BeforeEach
    void begin() {
        sink = new ReplaySink(folder);
        sink.harness.cluster.most = 500;
    }

    /** An outcome that nobody could make a file of: its dump does not come here. */
    private void flood(int outcomes, String ruleSet) {
        SampleDump unknown = sink.harness.dump(0xf100d);
        SampleReplay replay = replay(unknown, ruleSet, 1).place(0, 0, 0, 1);
        for (int number = 0; number < outcomes; number++) {
            String dumpId = new UUID(0x0190_0000_0002_7000L, 0x8000_0000_0000_0000L + number).toString();
            replay.outcome.setDumpId(dumpId);
            sink.harness.cluster.append(REPLAYS, 0, Keys.replay(dumpId), dumpId, replay.outcome);
        }
    }

    @Test
    void shouldNotGrowWithAFloodOfReplaysOfOtherDumps() {
        SampleDump early = sink.finished(1);
        replay(early, OTHER, 1).verdicts().send();
        flood(100_000, OTHER);
        SampleDump late = sink.finished(2);
        replay(late, OTHER, 2).verdicts().send();
        sink.work();

        assertThat(sink.watch.pending()).isEqualTo(PendingReplays.MOST);
        assertThat(sink.replayed()).containsExactly(SampleReplay.id(1), SampleReplay.id(2));
    }

    @Test
    void shouldReadTheTopicAgainWhenADumpComesWhoseReplayWasForgotten() {
        SampleDump dump = sink.harness.dump(1).log().verdicts().pages();
        replay(dump, OTHER, 1).verdicts().send();
        flood(PendingReplays.MOST, OTHER);
        sink.watch.step();
        dump.announce(DumpState.CAPTURED);
        sink.work();
        assertThat(sink.replayed()).as("forgotten").isEmpty();
        sink.harness.clock.advance(Duration.ofMinutes(1));
        sink.work();

        assertThat(sink.replayed()).containsExactly(SampleReplay.id(1));
    }

    @Test
    void shouldNotGrowWithAFloodOfReplaysOfItsOwnDumps() throws IOException {
        SampleDump dump = sink.finished(1);
        for (int number = 0; number < 100_000; number++) {
            replay(dump, "rules-" + number, 1).place(0, 0, 0, 1).send();
        }
        sink.watch.step();

        assertThat(sink.watch.pending()).isEqualTo(PendingReplays.MOST);
        assertThat(sink.started).hasSize(1);
        assertThat(Files.exists(sink.harness.file(dump))).isTrue();
    }
}
