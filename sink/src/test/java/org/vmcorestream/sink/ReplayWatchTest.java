// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vmcorestream.sink.BoardBench.DUMPS;
import static org.vmcorestream.sink.ReplaySink.OTHER;
import static org.vmcorestream.sink.ReplaySink.REPLAYS;
import static org.vmcorestream.sink.ReplaySink.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
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

/** Which replays a sink makes files for, and when. */
@Timeout(120)
class ReplayWatchTest {
    @TempDir
    private Path folder;

    private ReplaySink sink;

    @BeforeEach
    void begin() {
        sink = new ReplaySink(folder);
    }

    @Test
    void shouldMakeTheFileOfAReplayOfADumpThatIsThere() throws IOException {
        SampleDump dump = sink.finished(1);
        replay(dump, OTHER, 1).verdicts().send();
        sink.work();

        assertThat(sink.replayed()).containsExactly(SampleReplay.id(1));
        sink.harness.check(dump, sink.file(dump, OTHER));
        assertThat(sink.board.live()).isZero();
        assertThat(sink.watch.pending()).isZero();
    }

    @Test
    void shouldMakeTheFileOfAnOutcomeThatCameBeforeItsDump() {
        SampleDump dump = sink.harness.dump(1).log().pages();
        replay(dump, OTHER, 1).verdicts().send();
        sink.watch.step();
        assertThat(sink.watch.pending()).isEqualTo(1);
        dump.verdicts().announce(DumpState.CAPTURED);
        sink.work();

        assertThat(sink.replayed()).containsExactly(SampleReplay.id(1));
    }

    @Test
    void shouldGoOnAfterARestartInTheMiddle() throws IOException {
        SampleDump dump = sink.finished(1);
        replay(dump, OTHER, 1).verdicts().send();
        sink.watch.step();
        Assembly half = sink.started.get(0);
        for (int step = 0; step < 8; step++) {
            assertThat(half.step()).isEqualTo(Step.PROGRESS);
        }
        half.drop();
        sink.restart();
        sink.work();

        assertThat(sink.replayed()).containsExactly(SampleReplay.id(1));
        sink.harness.check(dump, sink.file(dump, OTHER));
        sink.restart();
        sink.work();
        assertThat(sink.replayed()).as("after one more restart").hasSize(1);
    }

    @Test
    void shouldDropAReplayWhosePartitionIsRevokedInTheMiddle() throws IOException {
        SampleDump dump = sink.finished(1);
        replay(dump, OTHER, 1).verdicts().send();
        sink.watch.step();
        Assembly half = sink.started.get(0);
        while (!sink.harness.names().contains(dump.dumpId + "." + OTHER + ".kdump.partial")) {
            assertThat(half.step()).isEqualTo(Step.PROGRESS);
        }
        sink.board.revoke(List.of(0));

        assertThat(sink.board.live()).isZero();
        assertThat(half.step()).isEqualTo(Step.DONE);
        assertThat(sink.harness.names()).noneMatch(name -> name.endsWith(".partial"));
        sink.started.clear();
        sink.watch.step();
        assertThat(sink.started).as("of a dump of another sink").isEmpty();
        sink.readAgain();
        sink.work();
        assertThat(sink.replayed()).as("when the partition came back").containsExactly(SampleReplay.id(1));
        sink.harness.check(dump, sink.file(dump, OTHER));
    }

    @Test
    void shouldMakeOnlyTheNewestReplayOfADumpAndRuleSet() {
        SampleDump dump = sink.finished(1);
        for (int number = 1; number < 5; number++) {
            replay(dump, OTHER, number).verdicts().send();
        }
        sink.work();

        assertThat(sink.replayed()).containsExactly(SampleReplay.id(4));
    }

    @Test
    void shouldMakeNoFileForReplaysThatWantNone() {
        SampleDump dump = sink.finished(1);
        SampleReplay verdictsOnly = replay(dump, OTHER, 1).verdicts();
        verdictsOnly.outcome.setVerdictsOnly(true);
        verdictsOnly.send();
        SampleReplay refused = replay(dump, OTHER, 2);
        refused.outcome.setProblem("its metadata has expired");
        refused.send();
        ReplayRequest request = new ReplayRequest(SampleReplay.id(3), dump.dumpId, OTHER, false, 1L, "u@h");
        sink.harness.cluster.append(REPLAYS, 1, Keys.replay(dump.dumpId), dump.dumpId, request);
        sink.work();

        assertThat(sink.replayed()).isEmpty();
        assertThat(sink.watch.pending()).isZero();
        assertThat(sink.harness.outbox.letters).isEmpty();
    }

    @Test
    void shouldNotMakeAFileAgainThatIsCompleteAndWasWrittenSinceTheReplayWasDecided() throws IOException {
        SampleDump dump = sink.finished(1);
        DumpFile file = sink.harness.outbox.files.get(0);
        SampleReplay replay = new SampleReplay(dump, SampleDump.RULE_SET, 1, 0).verdicts();
        replay.outcome.setDecidedAt(file.getWrittenAt() - 1);
        replay.send();
        Files.write(sink.harness.file(dump), new byte[1]);
        sink.work();

        assertThat(Files.size(sink.harness.file(dump))).as("nobody wrote it").isEqualTo(1);
        assertThat(sink.replayed()).containsExactly(SampleReplay.id(1));
        DumpFile answer = sink.harness.outbox.files.get(1);
        answer.setReplayId("");
        assertThat(answer).isEqualTo(file);
        assertThat(sink.watch.pending()).isZero();
    }

    @Test
    void shouldLeaveAFileThatIsBeingMadeLiveToTheLiveAssembly() {
        SampleDump dump = sink.harness.dump(1).log().verdicts().batches(0).announce(DumpState.CAPTURING);
        replay(dump, SampleDump.RULE_SET, 1).verdicts().send();
        sink.work();
        assertThat(sink.started)
                .singleElement()
                .satisfies(live -> assertThat(live.order().isReplay()).isFalse());
        dump.end(0).pages(1).pages(2).announce(DumpState.CAPTURED);
        sink.work();

        assertThat(sink.harness.outbox.files).extracting(DumpFile::getReplayId).containsExactly("", SampleReplay.id(1));
    }

    @Test
    void shouldDropAReplayWhenItsFileHasToBeMadeLive() {
        SampleDump dump = sink.harness.dump(1).log().verdicts().pages(0).announce(DumpState.CAPTURING);
        sink.feed();
        sink.runAll();
        sink.harness.clock.advance(AssemblyHarness.STALL);
        sink.runAll();
        assertThat(sink.harness.outbox.files).hasSize(1);
        replay(dump, SampleDump.RULE_SET, 1).verdicts().send();
        sink.watch.step();
        Assembly replay = sink.started.get(0);
        assertThat(replay.order().isReplay()).isTrue();
        // The dump goes on after all: its record is newer than the incomplete file.
        dump.pages(1).pages(2);
        Dump record = dump.record(DumpState.CAPTURED);
        sink.harness.cluster.append(
                DUMPS,
                0,
                Keys.dump(dump.dumpId),
                RecordCodec.encode(record),
                RecordHeaders.of(dump.dumpId, record),
                Long.MAX_VALUE / 2);
        sink.feed();

        assertThat(replay.step()).isEqualTo(Step.DONE);
        assertThat(sink.started.get(1).order().isReplay()).isFalse();
        sink.work();
        assertThat(sink.harness.outbox.files.get(1).getComplete()).isTrue();
        assertThat(sink.harness.outbox.files.get(1).getReplayId()).isEmpty();
    }

    @Test
    void shouldBeginNoMoreReplaysThanMayBeAtWork() {
        for (int seed = 1; seed < 6; seed++) {
            replay(sink.finished(seed), OTHER, 1).verdicts().send();
        }
        sink.watch.step();
        sink.watch.step();
        assertThat(sink.started).hasSize(1);
        sink.work();

        assertThat(sink.replayed()).hasSize(5);
    }

    @Test
    void shouldBeginReplaysOfDumpsThatAreWholeBeforeThoseThatStall() {
        SampleDump stalled = sink.harness.dump(1).log().verdicts().batches(0).announce(DumpState.CAPTURING);
        replay(stalled, OTHER, 1).verdicts().send();
        SampleDump whole = sink.harness.dump(2).whole();
        replay(whole, OTHER, 2).verdicts().send();
        sink.work();

        assertThat(sink.replayed()).containsExactly(SampleReplay.id(2));
        sink.harness.clock.advance(AssemblyHarness.STALL);
        sink.work();
        assertThat(sink.replayed()).containsExactly(SampleReplay.id(2), SampleReplay.id(1));
    }

    @Test
    void shouldReportAPoisonedOutcomeOfItsOwnDumpsOnceAndGoOn() {
        SampleDump dump = sink.finished(1);
        sink.harness.cluster.append(
                REPLAYS, 0, Keys.replay(dump.dumpId), new byte[] {1, 2, 3}, SampleDump.NO_HEADERS, 1);
        sink.harness.cluster.append(
                REPLAYS, 0, SampleDump.bytes("another dump"), new byte[] {1, 2, 3}, SampleDump.NO_HEADERS, 1);
        SampleReplay outOfRange = replay(dump, OTHER, 1).place(0, 99, 0, 1);
        outOfRange.send();
        SampleReplay ofManyStripes = replay(dump, "level-1", 2).place(77, 0, 0, 1);
        ofManyStripes.send();
        replay(dump, OTHER, 3).verdicts().send();
        sink.work();
        sink.work();

        assertThat(sink.replayed()).containsExactly(SampleReplay.id(3));
        assertThat(sink.harness.outbox.letters).hasSize(3);
        assertThat(sink.harness.outbox.letters.get(0)).startsWith(REPLAYS + "-0 offset 0: ");
        assertThat(sink.harness.outbox.letters.get(1)).contains("stripe 0: partition is 99, expected 0 to 1");
        assertThat(sink.harness.outbox.letters.get(2)).contains("stripe of a place is 77, expected 0 to 2");
        assertThat(sink.harness.failures).hasSize(3);
    }

    @Test
    void shouldNotRepeatAReplayThatFailed() {
        SampleDump dump = sink.finished(1);
        sink.harness.writers = (draft, header) ->
                draft.path().toString().contains(OTHER) ? new FailingWriter(draft, header, 10) : draft.begin(header);
        sink.restart();
        replay(dump, OTHER, 1).verdicts().send();
        replay(dump, "level-1", 1).verdicts().send();
        sink.work();

        assertThat(sink.harness.failures).singleElement().asString().contains("No space left on device");
        assertThat(sink.harness.outbox.files)
                .extracting(DumpFile::getRuleSet)
                .containsExactly(SampleDump.RULE_SET, "level-1");
        assertThat(sink.watch.pending()).isZero();
    }

    @Test
    void shouldEndWhenStopped() throws InterruptedException {
        SampleDump dump = sink.finished(1);
        replay(dump, OTHER, 1).verdicts().send();
        List<Throwable> fatal = new CopyOnWriteArrayList<>();
        try (ReplayThread thread = new ReplayThread(sink.watch, fatal::add)) {
            thread.start();
            for (int round = 0; round < 1_000 && sink.board.live() == 0; round++) {
                Thread.sleep(10);
            }
            assertThat(sink.board.live()).isEqualTo(1);
        }
        sink.board.revokeAll();

        assertThat(fatal).isEmpty();
        assertThat(sink.watch.pending()).isEqualTo(1);
    }

    @Test
    void shouldTellWhatMakesFollowingPointless() throws InterruptedException {
        sink.harness.cluster.refuse(new TopicAuthorizationException(REPLAYS));
        CompletableFuture<Throwable> fatal = new CompletableFuture<>();
        try (ReplayThread thread = new ReplayThread(sink.watch, fatal::complete)) {
            thread.start();
            assertThat(fatal.orTimeout(30, TimeUnit.SECONDS).join()).isInstanceOf(TopicAuthorizationException.class);
        }
    }

    @Test
    void shouldForgetAReplayWhoseOutcomeHasExpired() {
        SampleDump first = sink.finished(1);
        SampleDump second = sink.finished(2);
        replay(first, OTHER, 1).verdicts().send();
        replay(second, OTHER, 2).verdicts().send();
        sink.watch.step();
        sink.harness.cluster.dropBefore(REPLAYS, 0, 2);
        sink.work();

        assertThat(sink.replayed()).containsExactly(SampleReplay.id(1));
        assertThat(sink.watch.pending()).isZero();
    }

    @Test
    void shouldTryAgainWhenTheClusterIsAwayForAWhile() {
        SampleDump dump = sink.finished(1);
        replay(dump, OTHER, 1).verdicts().send();
        sink.harness.cluster.down(true);
        try {
            sink.watch.step();
        } catch (TimeoutException e) {
            assertThat(sink.started).isEmpty();
        }
        sink.harness.cluster.down(false);
        sink.work();

        assertThat(sink.replayed()).containsExactly(SampleReplay.id(1));
    }
}
