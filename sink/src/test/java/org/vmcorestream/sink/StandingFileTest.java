// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vmcorestream.sink.ReplayBench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;

/** What becomes of the file that stands when a replay makes it again. */
class StandingFileTest {

    private static final String DATA = SampleDump.TOPICS.pageData();
    private static final String VERDICTS = SampleDump.TOPICS.verdicts();
    private static final String FILES = SampleDump.TOPICS.dumpFiles();
    private static final String OTHER = "mine@3";

    @TempDir
    private Path folder;

    private ReplayBench bench;
    private AssemblyHarness harness;

    @BeforeEach
    void begin() {
        bench = new ReplayBench(folder);
        harness = bench.harness;
    }

    @Test
    void shouldNotReplaceACompleteFileByOneThatLacksPages() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        DumpFile first = harness.make(dump, DumpState.CAPTURED);
        byte[] expected = Files.readAllBytes(harness.file(dump));
        SampleReplay replay = replay(dump, 1).verdicts();
        harness.cluster.dropBefore(DATA, 0, dump.batchOffsets.get(0).get(4));

        DumpFile said = bench.make(replay);

        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(expected);
        assertThat(harness.names()).containsExactly(dump.dumpId + "-dmesg.txt", dump.dumpId + ".kdump");
        assertThat(said.getReplayId()).isEqualTo(SampleReplay.id(1));
        assertThat(said.getProblems())
                .singleElement()
                .asString()
                .startsWith("replay " + SampleReplay.id(1) + " changed nothing, the file of ")
                .contains("pages have expired");
        said.setReplayId("");
        said.setProblems(List.of());
        assertThat(said).as("all else stays as it was").isEqualTo(first);
        assertThat(bench.isDone(first, SampleReplay.id(1))).isTrue();
        assertThat(harness.done.done(dump.plan(DumpState.CAPTURED), SampleDump.RULE_SET, Long.MAX_VALUE))
                .as("the live file is still done")
                .isTrue();
        assertThat(harness.kept).hasSize(1);
        assertThat(harness.finished).containsExactly(first);
        assertThat(harness.failures).isEmpty();
    }

    @Test
    void shouldSayOnlyOfTheLastReplayThatItChangedNothing() {
        SampleDump dump = harness.dump(1).whole();
        harness.make(dump, DumpState.CAPTURED);
        harness.cluster.dropBefore(DATA, 0, dump.batchOffsets.get(0).get(4));
        for (int number = 1; number < 5; number++) {
            DumpFile said = bench.make(replay(dump, number).verdicts());

            assertThat(said.getProblems()).singleElement().asString().contains(SampleReplay.id(number));
            assertThat(said.getComplete()).isTrue();
        }
    }

    @Test
    void shouldReplaceACompleteFileThatIsNotThereAnyMore() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.make(dump, DumpState.CAPTURED);
        Files.delete(harness.file(dump));
        harness.cluster.dropBefore(DATA, 0, dump.batchOffsets.get(0).get(4));

        DumpFile file = bench.make(replay(dump, 1).verdicts());

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getReplayId()).isEqualTo(SampleReplay.id(1));
        assertThat(file.getSize()).isEqualTo(Files.size(harness.file(dump)));
    }

    @Test
    void shouldReplaceAFileThatIsNotTheOneOnDumpFiles() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.make(dump, DumpState.CAPTURED);
        Files.write(harness.file(dump), new byte[3]);
        harness.cluster.dropBefore(DATA, 0, dump.batchOffsets.get(0).get(4));

        DumpFile file = bench.make(replay(dump, 1).verdicts());

        assertThat(file.getSize()).isEqualTo(Files.size(harness.file(dump)));
    }

    @Test
    void shouldReplaceAnIncompleteFileByOneThatLacksFewerPages() throws IOException {
        SampleDump dump = harness.dump(1);
        dump.captured = dump::kept;
        // The processor has not decided stripe 1, so the first file keeps all of it.
        dump.log()
                .verdict(0, SampleDump.RULE_SET)
                .verdict(2, SampleDump.RULE_SET)
                .pages();
        Assembly live = harness.assembly(dump, DumpState.CAPTURED);
        assertThat(harness.run(live)).isEqualTo(Step.IDLE);
        harness.clock.advance(AssemblyHarness.STALL);
        assertThat(harness.run(live)).isEqualTo(Step.DONE);
        DumpFile first = harness.outbox.files.get(0);
        assertThat(first.getMissingPages()).isPositive();

        DumpFile file = bench.make(replay(dump, 1).verdicts());

        assertThat(file.getComplete()).isTrue();
        harness.check(dump, harness.file(dump));
    }

    @Test
    void shouldNotReplaceAnIncompleteFileByOneThatLacksMorePages() throws IOException {
        SampleDump dump = harness.dump(1);
        dump.captured = pfn -> dump.kept(pfn) && pfn != 20;
        dump.whole();
        DumpFile first = harness.make(dump, DumpState.CAPTURED);
        byte[] expected = Files.readAllBytes(harness.file(dump));
        harness.cluster.dropBefore(DATA, 0, dump.batchOffsets.get(0).get(4));

        DumpFile said = bench.make(replay(dump, 1).verdicts());

        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(expected);
        assertThat(said.getMissing()).isEqualTo(first.getMissing());
        assertThat(said.getProblems()).hasSize(2).startsWith(first.getProblems().get(0));
        assertThat(said.getComplete()).isFalse();
    }

    @Test
    void shouldFindTheStandingFileWhoseRecordWasReplaced() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        DumpFile first = harness.make(dump, DumpState.CAPTURED);
        byte[] expected = Files.readAllBytes(harness.file(dump));
        // Another sink said it again, and compaction took the record that this one knows.
        harness.cluster.append(FILES, 0, Keys.dumpFile(dump.dumpId, SampleDump.RULE_SET), dump.dumpId, first);
        harness.cluster.dropBefore(FILES, 0, 1);
        harness.cluster.dropBefore(DATA, 0, dump.batchOffsets.get(0).get(4));

        DumpFile said = bench.make(replay(dump, 1).verdicts());

        assertThat(said.getComplete()).isTrue();
        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(expected);
    }

    @Test
    void shouldKeepAFileWhenTheOutcomeNamesVerdictsOfAnotherDump() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.make(dump, DumpState.CAPTURED);
        byte[] expected = Files.readAllBytes(harness.file(dump));
        SampleReplay others = replay(harness.dump(2), 9).verdicts();
        SampleReplay replay = replay(dump, 1);
        replay.outcome.setVerdicts(others.outcome.getVerdicts());

        DumpFile said = bench.make(replay);

        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(expected);
        assertThat(said.getComplete()).isTrue();
        assertThat(said.getReplayId()).isEqualTo(SampleReplay.id(1));
        assertThat(said.getProblems()).singleElement().asString().contains("no verdict on it ends at");
    }

    @Test
    void shouldMakeNoFileWhenTheOutcomeNamesVerdictsOfAnotherDump() throws IOException {
        SampleDump dump = harness.dump(1).log().verdicts().pages();
        SampleReplay others = replay(harness.dump(2), 9).verdicts();
        SampleReplay replay = replay(dump, 1);
        replay.outcome.setVerdicts(others.outcome.getVerdicts());

        DumpFile said = bench.make(replay);

        assertThat(said.getLocation()).isEmpty();
        assertThat(said.getProblems()).last().isEqualTo("no verdict is where the replay's outcome says");
        assertThat(harness.names()).containsExactly(dump.dumpId + "-dmesg.txt");
        assertThat(harness.failures).hasSize(1);
        assertThat(bench.isDone(said, SampleReplay.id(1))).isTrue();
        assertThat(harness.done.done(dump.plan(DumpState.CAPTURED), SampleDump.RULE_SET, 0))
                .isFalse();
    }

    @Test
    void shouldNotTakeThePrimaryNameFromAFileOfAnotherRuleSet() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        // The sink was set up with another first rule set then.
        Files.write(harness.file(dump), new byte[] {1});

        DumpFile file = bench.make(replay(dump, 1).verdicts());

        assertThat(file.getLocation()).endsWith(dump.dumpId + "." + SampleDump.RULE_SET + ".kdump");
        assertThat(Files.readAllBytes(harness.file(dump))).containsExactly(1);
    }
}
