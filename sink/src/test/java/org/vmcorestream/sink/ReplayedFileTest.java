// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/** What an assembly makes for a replay: from which verdicts, in which place, and beside which older file. */
class ReplayedFileTest {
    private static final String DATA = SampleDump.TOPICS.pageData();
    private static final String VERDICTS = SampleDump.TOPICS.verdicts();
    private static final String FILES = SampleDump.TOPICS.dumpFiles();
    private static final String OTHER = "mine@3";

    @TempDir
    private Path folder;

    private AssemblyHarness harness;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
        harness.outbox.stored.set(true);
    }

    private SampleReplay replay(SampleDump dump, int number) {
        return new SampleReplay(dump, SampleDump.RULE_SET, number, 5_000);
    }

    /** Makes the file of a replay, and gives what was said of it on dump-files. */
    private DumpFile make(SampleReplay replay, DumpState state) {
        int before = harness.outbox.files.size();
        Assembly assembly = harness.replay(replay.dump, state, replay.plan());
        if (harness.run(assembly) == Step.IDLE) {
            harness.clock.advance(AssemblyHarness.STALL);
            assertThat(harness.run(assembly)).isEqualTo(Step.DONE);
        }
        assertThat(harness.outbox.files).hasSize(before + 1);
        return harness.outbox.files.get(before);
    }

    private DumpFile make(SampleReplay replay) {
        return make(replay, DumpState.CAPTURED);
    }

    private static void checkSum(DumpFile file) {
        assertThat(file.getMissing().stream().mapToLong(ReasonCount::getPages).sum())
                .isEqualTo(file.getMissingPages());
    }

    private boolean isDone(DumpFile file, String replayId) {
        FinishedFiles again = new FinishedFiles(FILES, 1);
        again.catchUp(harness.cluster.open());
        boolean done = again.replayed(file.getDumpId(), file.getRuleSet(), replayId);
        assertThat(harness.done.replayed(file.getDumpId(), file.getRuleSet(), replayId))
                .isEqualTo(done);
        return done;
    }

    @Test
    void shouldGiveTheSameBytesUnderTheOriginalRuleSet() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        DumpFile first = harness.make(dump, DumpState.CAPTURED);
        byte[] expected = Files.readAllBytes(harness.file(dump));
        Files.delete(harness.file(dump));
        // Others write between, and compaction took the verdicts that the first file was made of.
        SampleDump other = harness.dump(2);
        SampleReplay replay = replay(dump, 1);
        for (int stripe = 0; stripe < 3; stripe++) {
            other.verdict(stripe, SampleDump.RULE_SET);
            replay.verdict(stripe);
        }
        other.verdicts();
        harness.cluster.dropBefore(VERDICTS, 0, 4);

        DumpFile again = make(replay);

        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(expected);
        assertThat(again.getComplete()).isTrue();
        assertThat(again.getProblems()).isEmpty();
        assertThat(again.getDigest()).isEqualTo(first.getDigest());
        assertThat(again.getReplayId()).isEqualTo(SampleReplay.id(1));
        assertThat(first.getReplayId()).isEmpty();
        assertThat(isDone(again, SampleReplay.id(1))).isTrue();
        assertThat(harness.finished).containsExactly(first, again);
    }

    @Test
    void shouldReadOnlyTheVerdictsAtThePlacesNamed() throws IOException {
        SampleDump dump = harness.dump(1);
        dump.captured = pfn -> true;
        dump.keeps = pfn -> true;
        dump.whole();
        dump.keeps = pfn -> pfn % 16 >= 8;
        SampleReplay replay = replay(dump, 1).verdicts();
        dump.keeps = pfn -> pfn % 16 >= 12;
        dump.verdicts();
        dump.keeps = pfn -> pfn % 16 >= 8;

        DumpFile file = make(replay);

        harness.check(dump, harness.file(dump));
        assertThat(file.getComplete()).isTrue();
    }

    @Test
    void shouldReadOnlyTheStripeThatAPlaceIsOf() throws IOException {
        SampleDump dump = harness.dump(1).log().pages();
        // Stripes 0 and 2 are on one partition; the place of 0 reaches over the verdict on 2.
        long first = harness.cluster.end(VERDICTS, 0);
        dump.verdict(2, SampleDump.RULE_SET).verdict(0, SampleDump.RULE_SET);
        long last = harness.cluster.end(VERDICTS, 0) - 1;
        SampleReplay replay = replay(dump, 1).place(0, 0, first, last).verdict(1);

        DumpFile file = make(replay);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems()).first().asString().startsWith("no verdict on 500 pages from pfn 65536 on");
    }

    @Test
    void shouldNameTheFileOfAPublishedRuleSetWithItsVersion() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        SampleReplay replay = new SampleReplay(dump, OTHER, 1, 5_000).verdicts();
        AssemblyOrder order =
                new AssemblyOrder(dump.plan(DumpState.CAPTURED), OTHER, false, Optional.of(replay.plan()));

        assertThat(harness.run(new Assembly(order, harness.tools(), harness))).isEqualTo(Step.DONE);

        Path file = folder.resolve(dump.dumpId + "." + OTHER + ".kdump");
        harness.check(dump, file);
        assertThat(harness.outbox.files).singleElement().satisfies(made -> {
            assertThat(made.getRuleSet()).isEqualTo(OTHER);
            assertThat(made.getComplete()).isTrue();
        });
        try (KdumpFile read = KdumpFile.open(file)) {
            assertThat(read.header().level()).isEqualTo(31);
        }
    }

    @Test
    void shouldNotReplaceACompleteFileByOneThatLacksPages() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        DumpFile first = harness.make(dump, DumpState.CAPTURED);
        byte[] expected = Files.readAllBytes(harness.file(dump));
        SampleReplay replay = replay(dump, 1).verdicts();
        harness.cluster.dropBefore(DATA, 0, dump.batchOffsets.get(0).get(4));

        DumpFile said = make(replay);

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
        assertThat(isDone(first, SampleReplay.id(1))).isTrue();
        assertThat(harness.done.done(dump.dumpId, SampleDump.RULE_SET, Long.MAX_VALUE))
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
            DumpFile said = make(replay(dump, number).verdicts());

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

        DumpFile file = make(replay(dump, 1).verdicts());

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getReplayId()).isEqualTo(SampleReplay.id(1));
        assertThat(file.getSize()).isEqualTo(Files.size(harness.file(dump)));
        checkSum(file);
    }

    @Test
    void shouldReplaceAFileThatIsNotTheOneOnDumpFiles() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.make(dump, DumpState.CAPTURED);
        Files.write(harness.file(dump), new byte[3]);
        harness.cluster.dropBefore(DATA, 0, dump.batchOffsets.get(0).get(4));

        DumpFile file = make(replay(dump, 1).verdicts());

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
        checkSum(first);

        DumpFile file = make(replay(dump, 1).verdicts());

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

        DumpFile said = make(replay(dump, 1).verdicts());

        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(expected);
        assertThat(said.getMissing()).isEqualTo(first.getMissing());
        assertThat(said.getProblems()).hasSize(2).startsWith(first.getProblems().get(0));
        assertThat(said.getComplete()).isFalse();
        checkSum(said);
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

        DumpFile said = make(replay(dump, 1).verdicts());

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

        DumpFile said = make(replay);

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

        DumpFile said = make(replay);

        assertThat(said.getLocation()).isEmpty();
        assertThat(said.getProblems()).last().isEqualTo("no verdict is where the replay's outcome says");
        assertThat(harness.names()).containsExactly(dump.dumpId + "-dmesg.txt");
        assertThat(harness.failures).hasSize(1);
        assertThat(isDone(said, SampleReplay.id(1))).isTrue();
        assertThat(harness.done.done(dump.dumpId, SampleDump.RULE_SET, 0)).isFalse();
    }

    @Test
    void shouldWaitForVerdictsThatCannotBeSeenYet() throws IOException {
        SampleDump dump = harness.dump(1).log().pages();
        SampleReplay replay =
                replay(dump, 1).place(0, 0, 0, 1).place(1, 1, 0, 1).place(2, 0, 2, 3);
        Assembly assembly = harness.replay(dump, DumpState.CAPTURED, replay.plan());
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        dump.verdicts();

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        assertThat(harness.outbox.files.get(0).getComplete()).isTrue();
        harness.check(dump, harness.file(dump));
    }

    @Test
    void shouldGiveUpPlacesBehindTheEndOfVerdicts() {
        SampleDump dump = harness.dump(1).log().pages();
        SampleReplay replay = replay(dump, 1)
                .verdict(0)
                .place(1, 1, 1L << 60, Long.MAX_VALUE - 1)
                .place(2, 0, 0, Long.MAX_VALUE - 1);

        DumpFile file = make(replay);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems())
                .anyMatch(line -> line.startsWith("stripe 1: the retention of verdicts passed"))
                .contains("stripe 2: no verdict on it ends at " + VERDICTS + "-0 offset " + (Long.MAX_VALUE - 1));
        checkSum(file);
    }

    @Test
    void shouldKeepThePagesOfVerdictsThatRetentionTook() throws IOException {
        SampleDump dump = harness.dump(1);
        dump.captured = pfn -> true;
        dump.log().pages();
        SampleReplay replay = replay(dump, 1).verdicts();
        harness.cluster.dropBefore(VERDICTS, 0, 1);

        DumpFile file = make(replay);

        assertThat(file.getProblems())
                .contains("stripe 0: 0 verdicts on chunks came, 1 were written")
                .anyMatch(line -> line.startsWith("stripe 0: the retention of verdicts passed"));
        assertThat(file.getMissingPages()).isZero();
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.kept(0)).isTrue();
            assertThat(read.kept(32_768)).isFalse();
        }
    }

    @Test
    void shouldSayWhatOfAReplayWasNotCapturedAndWhatHasExpired() throws IOException {
        SampleDump dump = harness.dump(1).log().pages();
        dump.keeps = pfn -> true;
        // Two of the four pages that the rule set of the capture calls free were not captured.
        dump.notCaptured = List.of(new ReasonCount("free", 70L), new ReasonCount("offline", 3L));
        SampleReplay replay = replay(dump, 1).verdicts();
        harness.cluster.dropBefore(DATA, 0, dump.batchOffsets.get(0).get(4));

        DumpFile file = make(replay);

        checkSum(file);
        assertThat(file.getMissing())
                .extracting(ReasonCount::getReason)
                .containsExactly("not captured: free", "not captured: offline", "not captured: unknown", "expired");
        assertThat(file.getProblems())
                .anyMatch(line -> line.endsWith("pages have expired: topic page-data no longer holds them"))
                .anyMatch(line ->
                        line.matches("\\d+ pages were never captured \\(free \\d+, offline \\d+, unknown \\d+\\)"));
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.incomplete()).isTrue();
        }
    }

    @Test
    void shouldMakeWhatThereIsOfADumpThatFailed() throws IOException {
        SampleDump dump = harness.dump(1).log().pages(0).batches(1);
        SampleReplay replay = replay(dump, 1).verdict(0).verdict(1);

        DumpFile file = make(replay, DumpState.FAILED);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems()).last().isEqualTo("the capture failed: host died");
        assertThat(file.getMissing()).extracting(ReasonCount::getReason).containsExactly("lost");
        checkSum(file);
        assertThat(Files.exists(harness.file(dump))).isTrue();
    }

    @Test
    void shouldNotTakeThePrimaryNameFromAFileOfAnotherRuleSet() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        // The sink was set up with another first rule set then.
        Files.write(harness.file(dump), new byte[] {1});

        DumpFile file = make(replay(dump, 1).verdicts());

        assertThat(file.getLocation()).endsWith(dump.dumpId + "." + SampleDump.RULE_SET + ".kdump");
        assertThat(Files.readAllBytes(harness.file(dump))).containsExactly(1);
    }

    @Test
    void shouldNotWriteTheKernelLogAgain() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        Path log = folder.resolve(dump.dumpId + "-dmesg.txt");
        Files.writeString(log, "noted by hand");

        make(replay(dump, 1).verdicts());

        assertThat(log).hasContent("noted by hand");
    }

    @Test
    void shouldGiveWayWhenALiveDumpWaitsForItsHeap() {
        SampleDump dump = harness.dump(1).whole();
        harness.heap = new HeapBudget(dump.plan(DumpState.CAPTURED).bitmapBytes());
        Assembly replay = harness.replay(
                dump, DumpState.CAPTURED, replay(dump, 1).verdicts().plan());
        assertThat(replay.step()).isEqualTo(Step.PROGRESS);
        Assembly live = harness.assembly(harness.dump(2).whole(), DumpState.CAPTURED);
        assertThat(live.step()).isEqualTo(Step.IDLE);

        assertThat(replay.step()).isEqualTo(Step.DONE);

        assertThat(replay.failed()).isFalse();
        assertThat(harness.run(live)).isEqualTo(Step.DONE);
        assertThat(harness.outbox.files).hasSize(1);
    }
}
