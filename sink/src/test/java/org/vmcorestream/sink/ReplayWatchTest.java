// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.ReplayRequest;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;

/** Which replays a sink makes files for, and when. */
@Timeout(120)
class ReplayWatchTest {
    private static final String DUMPS = SampleDump.TOPICS.dumps();
    private static final String REPLAYS = SampleDump.TOPICS.replays();
    private static final String OTHER = "mine@3";

    @TempDir
    private Path folder;

    private final List<Assembly> started = new ArrayList<>();
    private AssemblyHarness harness;
    private DumpBoard board;
    private ReplayWatch watch;
    private long read;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
        harness.outbox.stored.set(true);
        restart();
    }

    /** A sink that knows nothing but what the topics say. */
    private void restart() {
        started.clear();
        harness.done = new FinishedFiles(SampleDump.TOPICS.dumpFiles(), 1);
        harness.done.catchUp(harness.cluster.open());
        board = new DumpBoard(harness.tools(), List.of(SampleDump.RULE_SET), started::add, 2, 2, 1);
        watch = new ReplayWatch(harness.tools(), board, harness.cluster.open(), 2, 2);
        read = 0;
    }

    private void feed() {
        for (long end = harness.cluster.end(DUMPS, 0); read < end; read++) {
            board.accept(harness.cluster.get(DUMPS, 0, read));
        }
    }

    private void runAll() {
        for (Assembly assembly : List.copyOf(started)) {
            if (harness.run(assembly) == Step.DONE) {
                started.remove(assembly);
                board.ended(assembly);
            }
        }
    }

    /** Lets the sink work until nothing happens any more. */
    private void work() {
        for (int round = 0; round < 20; round++) {
            feed();
            watch.step();
            runAll();
        }
    }

    /** A dump with its live file. */
    private SampleDump finished(long seed) {
        SampleDump dump = harness.dump(seed).whole();
        feed();
        runAll();
        assertThat(started).isEmpty();
        return dump;
    }

    private static SampleReplay replay(SampleDump dump, String ruleSet, int number) {
        return new SampleReplay(dump, ruleSet, number, Long.MAX_VALUE / 2);
    }

    private List<String> replayed() {
        return harness.outbox.files.stream()
                .map(DumpFile::getReplayId)
                .filter(id -> !id.isEmpty())
                .toList();
    }

    private Path file(SampleDump dump, String ruleSet) {
        return folder.resolve(dump.dumpId + "." + ruleSet + ".kdump");
    }

    @Test
    void shouldMakeTheFileOfAReplayOfADumpThatIsThere() throws IOException {
        SampleDump dump = finished(1);
        replay(dump, OTHER, 1).verdicts().send();
        work();

        assertThat(replayed()).containsExactly(SampleReplay.id(1));
        harness.check(dump, file(dump, OTHER));
        assertThat(board.live()).isZero();
        assertThat(watch.pending()).isZero();
    }

    @Test
    void shouldMakeTheFileOfAnOutcomeThatCameBeforeItsDump() {
        SampleDump dump = harness.dump(1).log().pages();
        replay(dump, OTHER, 1).verdicts().send();
        watch.step();
        assertThat(watch.pending()).isEqualTo(1);
        dump.verdicts().announce(DumpState.CAPTURED);
        work();

        assertThat(replayed()).containsExactly(SampleReplay.id(1));
    }

    @Test
    void shouldGoOnAfterARestartInTheMiddle() throws IOException {
        SampleDump dump = finished(1);
        replay(dump, OTHER, 1).verdicts().send();
        watch.step();
        Assembly half = started.get(0);
        for (int step = 0; step < 8; step++) {
            assertThat(half.step()).isEqualTo(Step.PROGRESS);
        }
        half.drop();
        restart();
        work();

        assertThat(replayed()).containsExactly(SampleReplay.id(1));
        harness.check(dump, file(dump, OTHER));
        restart();
        work();
        assertThat(replayed()).as("after one more restart").hasSize(1);
    }

    @Test
    void shouldDropAReplayWhosePartitionIsRevokedInTheMiddle() throws IOException {
        SampleDump dump = finished(1);
        replay(dump, OTHER, 1).verdicts().send();
        watch.step();
        Assembly half = started.get(0);
        while (!harness.names().contains(dump.dumpId + "." + OTHER + ".kdump.partial")) {
            assertThat(half.step()).isEqualTo(Step.PROGRESS);
        }
        board.revoke(List.of(0));

        assertThat(board.live()).isZero();
        assertThat(half.step()).isEqualTo(Step.DONE);
        assertThat(harness.names()).noneMatch(name -> name.endsWith(".partial"));
        started.clear();
        watch.step();
        assertThat(started).as("of a dump of another sink").isEmpty();
        read = 0;
        work();
        assertThat(replayed()).as("when the partition came back").containsExactly(SampleReplay.id(1));
        harness.check(dump, file(dump, OTHER));
    }

    @Test
    void shouldMakeOnlyTheNewestReplayOfADumpAndRuleSet() {
        SampleDump dump = finished(1);
        for (int number = 1; number < 5; number++) {
            replay(dump, OTHER, number).verdicts().send();
        }
        work();

        assertThat(replayed()).containsExactly(SampleReplay.id(4));
    }

    @Test
    void shouldMakeNoFileForReplaysThatWantNone() {
        SampleDump dump = finished(1);
        SampleReplay verdictsOnly = replay(dump, OTHER, 1).verdicts();
        verdictsOnly.outcome.setVerdictsOnly(true);
        verdictsOnly.send();
        SampleReplay refused = replay(dump, OTHER, 2);
        refused.outcome.setProblem("its metadata has expired");
        refused.send();
        ReplayRequest request = new ReplayRequest(SampleReplay.id(3), dump.dumpId, OTHER, false, 1L, "u@h");
        harness.cluster.append(REPLAYS, 1, Keys.replay(dump.dumpId), dump.dumpId, request);
        work();

        assertThat(replayed()).isEmpty();
        assertThat(watch.pending()).isZero();
        assertThat(harness.outbox.letters).isEmpty();
    }

    @Test
    void shouldNotMakeAFileAgainThatIsCompleteAndWasWrittenSinceTheReplayWasDecided() throws IOException {
        SampleDump dump = finished(1);
        DumpFile file = harness.outbox.files.get(0);
        SampleReplay replay = new SampleReplay(dump, SampleDump.RULE_SET, 1, 0).verdicts();
        replay.outcome.setDecidedAt(file.getWrittenAt() - 1);
        replay.send();
        Files.write(harness.file(dump), new byte[1]);
        work();

        assertThat(Files.size(harness.file(dump))).as("nobody wrote it").isEqualTo(1);
        assertThat(replayed()).containsExactly(SampleReplay.id(1));
        DumpFile answer = harness.outbox.files.get(1);
        answer.setReplayId("");
        assertThat(answer).isEqualTo(file);
        assertThat(watch.pending()).isZero();
    }

    @Test
    void shouldLeaveAFileThatIsBeingMadeLiveToTheLiveAssembly() {
        SampleDump dump = harness.dump(1).log().verdicts().batches(0).announce(DumpState.CAPTURING);
        replay(dump, SampleDump.RULE_SET, 1).verdicts().send();
        work();
        assertThat(started)
                .singleElement()
                .satisfies(live -> assertThat(live.isReplay()).isFalse());
        dump.end(0).pages(1).pages(2).announce(DumpState.CAPTURED);
        work();

        assertThat(harness.outbox.files).extracting(DumpFile::getReplayId).containsExactly("", SampleReplay.id(1));
    }

    @Test
    void shouldDropAReplayWhenItsFileHasToBeMadeLive() {
        SampleDump dump = harness.dump(1).log().verdicts().pages(0).announce(DumpState.CAPTURING);
        feed();
        runAll();
        harness.clock.advance(AssemblyHarness.STALL);
        runAll();
        assertThat(harness.outbox.files).hasSize(1);
        replay(dump, SampleDump.RULE_SET, 1).verdicts().send();
        watch.step();
        Assembly replay = started.get(0);
        assertThat(replay.isReplay()).isTrue();
        // The dump goes on after all: its record is newer than the incomplete file.
        dump.pages(1).pages(2);
        Dump record = dump.record(DumpState.CAPTURED);
        harness.cluster.append(
                DUMPS,
                0,
                Keys.dump(dump.dumpId),
                RecordCodec.encode(record),
                RecordHeaders.of(dump.dumpId, record),
                Long.MAX_VALUE / 2);
        feed();

        assertThat(replay.step()).isEqualTo(Step.DONE);
        assertThat(started.get(1).isReplay()).isFalse();
        work();
        assertThat(harness.outbox.files.get(1).getComplete()).isTrue();
        assertThat(harness.outbox.files.get(1).getReplayId()).isEmpty();
    }

    @Test
    void shouldBeginNoMoreReplaysThanMayBeAtWork() {
        for (int seed = 1; seed < 6; seed++) {
            replay(finished(seed), OTHER, 1).verdicts().send();
        }
        watch.step();
        watch.step();
        assertThat(started).hasSize(1);
        work();

        assertThat(replayed()).hasSize(5);
    }

    @Test
    void shouldBeginReplaysOfDumpsThatAreWholeBeforeThoseThatStall() {
        SampleDump stalled = harness.dump(1).log().verdicts().batches(0).announce(DumpState.CAPTURING);
        replay(stalled, OTHER, 1).verdicts().send();
        SampleDump whole = harness.dump(2).whole();
        replay(whole, OTHER, 2).verdicts().send();
        work();

        assertThat(replayed()).containsExactly(SampleReplay.id(2));
        harness.clock.advance(AssemblyHarness.STALL);
        work();
        assertThat(replayed()).containsExactly(SampleReplay.id(2), SampleReplay.id(1));
    }

    @Test
    void shouldReportAPoisonedOutcomeOfItsOwnDumpsOnceAndGoOn() {
        SampleDump dump = finished(1);
        harness.cluster.append(REPLAYS, 0, Keys.replay(dump.dumpId), new byte[] {1, 2, 3}, SampleDump.NO_HEADERS, 1);
        harness.cluster.append(
                REPLAYS, 0, SampleDump.bytes("another dump"), new byte[] {1, 2, 3}, SampleDump.NO_HEADERS, 1);
        SampleReplay outOfRange = replay(dump, OTHER, 1).place(0, 99, 0, 1);
        outOfRange.send();
        SampleReplay ofManyStripes = replay(dump, "level-1", 2).place(77, 0, 0, 1);
        ofManyStripes.send();
        replay(dump, OTHER, 3).verdicts().send();
        work();
        work();

        assertThat(replayed()).containsExactly(SampleReplay.id(3));
        assertThat(harness.outbox.letters).hasSize(3);
        assertThat(harness.outbox.letters.get(0)).startsWith(REPLAYS + "-0 offset 0: ");
        assertThat(harness.outbox.letters.get(1)).contains("stripe 0: partition is 99, expected 0 to 1");
        assertThat(harness.outbox.letters.get(2)).contains("stripe of a place is 77, expected 0 to 2");
        assertThat(harness.failures).hasSize(3);
    }

    @Test
    void shouldNotRepeatAReplayThatFailed() {
        SampleDump dump = finished(1);
        harness.writers = (file, header, present, kept) -> file.toString().contains(OTHER)
                ? new FailingWriter(file, header, present, kept, 10)
                : KdumpFileWriter.create(file, header, present, kept);
        restart();
        replay(dump, OTHER, 1).verdicts().send();
        replay(dump, "level-1", 1).verdicts().send();
        work();

        assertThat(harness.failures).singleElement().asString().contains("No space left on device");
        assertThat(harness.outbox.files)
                .extracting(DumpFile::getRuleSet)
                .containsExactly(SampleDump.RULE_SET, "level-1");
        assertThat(watch.pending()).isZero();
    }

    @Test
    void shouldForgetAReplayWhoseOutcomeHasExpired() {
        SampleDump first = finished(1);
        SampleDump second = finished(2);
        replay(first, OTHER, 1).verdicts().send();
        replay(second, OTHER, 2).verdicts().send();
        watch.step();
        harness.cluster.dropBefore(REPLAYS, 0, 2);
        work();

        assertThat(replayed()).containsExactly(SampleReplay.id(1));
        assertThat(watch.pending()).isZero();
    }

    @Test
    void shouldTryAgainWhenTheClusterIsAwayForAWhile() {
        SampleDump dump = finished(1);
        replay(dump, OTHER, 1).verdicts().send();
        harness.cluster.down(true);
        try {
            watch.step();
        } catch (TimeoutException e) {
            assertThat(started).isEmpty();
        }
        harness.cluster.down(false);
        work();

        assertThat(replayed()).containsExactly(SampleReplay.id(1));
    }

    /** An outcome that nobody could make a file of: its dump does not come here. */
    private void flood(int outcomes, String ruleSet) {
        harness.cluster.most = 500;
        SampleDump unknown = harness.dump(0xf100d);
        SampleReplay replay = replay(unknown, ruleSet, 1).place(0, 0, 0, 1);
        for (int number = 0; number < outcomes; number++) {
            String dumpId = new UUID(0x0190_0000_0002_7000L, 0x8000_0000_0000_0000L + number).toString();
            replay.outcome.setDumpId(dumpId);
            harness.cluster.append(REPLAYS, 0, Keys.replay(dumpId), dumpId, replay.outcome);
        }
    }

    @Test
    void shouldNotGrowWithAFloodOfReplaysOfOtherDumps() {
        SampleDump early = finished(1);
        replay(early, OTHER, 1).verdicts().send();
        flood(100_000, OTHER);
        SampleDump late = finished(2);
        replay(late, OTHER, 2).verdicts().send();
        work();

        assertThat(watch.pending()).isEqualTo(PendingReplays.MOST);
        assertThat(replayed()).containsExactly(SampleReplay.id(1), SampleReplay.id(2));
    }

    @Test
    void shouldReadTheTopicAgainWhenADumpComesWhoseReplayWasForgotten() {
        SampleDump dump = harness.dump(1).log().verdicts().pages();
        replay(dump, OTHER, 1).verdicts().send();
        flood(PendingReplays.MOST, OTHER);
        watch.step();
        dump.announce(DumpState.CAPTURED);
        work();
        assertThat(replayed()).as("forgotten").isEmpty();
        harness.clock.advance(Duration.ofMinutes(1));
        work();

        assertThat(replayed()).containsExactly(SampleReplay.id(1));
    }

    @Test
    void shouldNotGrowWithAFloodOfReplaysOfItsOwnDumps() throws IOException {
        SampleDump dump = finished(1);
        for (int number = 0; number < 100_000; number++) {
            replay(dump, "rules-" + number, 1).place(0, 0, 0, 1).send();
        }
        watch.step();

        assertThat(watch.pending()).isEqualTo(PendingReplays.MOST);
        assertThat(started).hasSize(1);
        assertThat(Files.exists(harness.file(dump))).isTrue();
    }
}
