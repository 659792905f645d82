// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.ReasonCount;

/** Makes files of replays one by one, and keeps what is said of them on dump-files. */
final class ReplayBench {
    final AssemblyHarness harness;

    ReplayBench(Path folder) {
        harness = new AssemblyHarness(folder);
        harness.outbox.stored.set(true);
    }

    /** A replay under the rule set that the dump had first. */
    static SampleReplay replay(SampleDump dump, int number) {
        return new SampleReplay(dump, SampleDump.RULE_SET, number, 5_000);
    }

    /** Makes the file of a replay, and gives what was said of it on dump-files. */
    DumpFile make(SampleReplay replay, DumpState state) {
        int before = harness.outbox.files.size();
        Assembly assembly = harness.replay(replay.dump, state, replay.plan());
        if (harness.run(assembly) == Step.IDLE) {
            harness.clock.advance(AssemblyHarness.STALL);
            assertThat(harness.run(assembly)).isEqualTo(Step.DONE);
        }
        assertThat(harness.outbox.files).hasSize(before + 1);
        DumpFile file = harness.outbox.files.get(before);
        assertThat(file.getMissing().stream().mapToLong(ReasonCount::getPages).sum())
                .as("pages missing by reason")
                .isEqualTo(file.getMissingPages());
        return file;
    }

    DumpFile make(SampleReplay replay) {
        return make(replay, DumpState.CAPTURED);
    }

    /** Whether a replay is done, as this sink knows it and as another one would read it. */
    boolean isDone(DumpFile file, String replayId) {
        FinishedFiles again = new FinishedFiles(SampleDump.TOPICS.dumpFiles(), 1);
        again.catchUp(harness.cluster.open());
        boolean done = again.replayed(file.getDumpId(), file.getRuleSet(), replayId);
        assertThat(harness.done.replayed(file.getDumpId(), file.getRuleSet(), replayId))
                .isEqualTo(done);
        return done;
    }
}
