// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;

/** What a sink begins, updates and drops as records and partitions come and go. */
class DumpBoardTest extends BoardBench {
    private static final long LATER = Long.MAX_VALUE / 2;

    private void publish(SampleDump dump, boolean complete, String location, long writtenAt) {
        DumpFile file = SampleDump.file(dump.dumpId, complete, location);
        file.setWrittenAt(writtenAt);
        harness.cluster.append(
                SampleDump.TOPICS.dumpFiles(), 0, Keys.dumpFile(dump.dumpId, SampleDump.RULE_SET), dump.dumpId, file);
    }

    @Test
    void shouldFollowADumpFromItsOpeningToItsEnd() throws IOException {
        SampleDump dump = harness.dump(1).log().announce(DumpState.OPENED);
        feed();
        runAll();
        dump.verdicts().batches(0).announce(DumpState.CAPTURING);
        feed();
        runAll();
        assertThat(started).hasSize(1);
        dump.end(0).pages(1).pages(2).announce(DumpState.CAPTURED);
        feed();
        runAll();

        assertThat(started).isEmpty();
        assertThat(board.live()).isZero();
        assertThat(harness.outbox.files)
                .singleElement()
                .satisfies(file -> assertThat(file.getComplete()).isTrue());
        harness.check(dump, harness.file(dump));
        assertThat(folder.resolve(dump.dumpId + "-dmesg.txt")).hasContent(SampleDump.LOG);
    }

    @Test
    void shouldMakeAFileForEachRuleSetOfADump() throws IOException {
        SampleDump dump = harness.dump(1).log();
        dump.manifest.setRuleSets(List.of("31", "level-1", "level-31"));
        dump.verdicts().pages();
        for (int stripe = 0; stripe < 3; stripe++) {
            dump.verdict(stripe, "level-1");
        }
        dump.announce(DumpState.CAPTURED);
        feed();
        runAll();

        assertThat(harness.outbox.files).extracting(DumpFile::getRuleSet).containsExactly("level-31", "level-1");
        harness.check(dump, harness.file(dump));
        harness.check(dump, folder.resolve(dump.dumpId + ".level-1.kdump"));
    }

    @Test
    void shouldFinishOtherDumpsWhileOneStalls() {
        SampleDump stalled = harness.dump(1).log().verdicts().batches(0).announce(DumpState.CAPTURING);
        SampleDump one = harness.dump(2).whole();
        SampleDump other = harness.dump(3).whole();
        feed();
        runAll();

        assertThat(harness.outbox.files)
                .extracting(DumpFile::getDumpId)
                .containsExactlyInAnyOrder(one.dumpId, other.dumpId);
        assertThat(started).singleElement().extracting(Assembly::dumpId).isEqualTo(stalled.dumpId);
    }

    @Test
    void shouldGiveTheSameBytesAfterAPartitionWasRevokedAndAssignedAgain() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        feed();
        runAll();
        byte[] expected = Files.readAllBytes(harness.file(dump));
        Files.delete(harness.file(dump));
        SampleDump partly = harness.dump(2).log().verdicts().batches(0).announce(DumpState.CAPTURING);
        restart();
        feed();
        started.get(0).step();
        started.get(0).step();
        board.revoke(List.of(0));
        assertThat(board.live()).isZero();
        assertThat(harness.names()).noneMatch(name -> name.endsWith(".partial"));
        started.clear();
        partly.end(0).pages(1).pages(2).announce(DumpState.CAPTURED);
        readAgain();
        feed();
        runAll();

        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(expected);
        harness.check(partly, harness.file(partly));
    }

    @Test
    void shouldSkipFilesThatAreComplete() {
        SampleDump dump = harness.dump(1).whole();
        publish(dump, true, "file:///x", 0);
        restart();
        feed();

        assertThat(started).isEmpty();
    }

    @Test
    void shouldSkipIncompleteFilesOfDumpsThatSaidNothingNewSince() {
        SampleDump dump = harness.dump(1).whole();
        publish(dump, false, "file:///x", LATER);
        restart();
        feed();

        assertThat(started).isEmpty();
    }

    @Test
    void shouldMakeIncompleteFilesAgainWhenTheDumpWentOn() {
        SampleDump dump = harness.dump(1).whole();
        publish(dump, false, "file:///x", 1);
        restart();
        feed();

        assertThat(started).hasSize(1);
    }

    @Test
    void shouldTryAgainWhereThereIsNoFile() {
        SampleDump dump = harness.dump(1).whole();
        publish(dump, false, "", LATER);
        restart();
        feed();

        assertThat(started).hasSize(1);
    }

    @Test
    void shouldMakeAFileAgainWhoseRecordWasTakenBack() {
        SampleDump dump = harness.dump(1).whole();
        publish(dump, true, "file:///x", 1);
        harness.cluster.append(
                SampleDump.TOPICS.dumpFiles(),
                0,
                Keys.dumpFile(dump.dumpId, SampleDump.RULE_SET),
                null,
                SampleDump.NO_HEADERS,
                1);
        restart();
        feed();

        assertThat(started).hasSize(1);
    }

    @Test
    void shouldNotRepeatAnAssemblyThatFailed() {
        SampleDump dump = harness.dump(1).whole();
        harness.writers = (draft, header) -> new FailingWriter(draft, header, 10);
        restart();
        feed();
        runAll();
        assertThat(harness.failures).hasSize(1);
        dump.announce(DumpState.CAPTURED);
        feed();

        assertThat(started).isEmpty();
        assertThat(harness.outbox.files).isEmpty();
    }

    @Test
    void shouldFinishOtherDumpsWhenTheDiskIsFullForOne() throws IOException {
        SampleDump large = harness.dump(1).whole();
        SampleDump small = harness.dump(2).whole();
        harness.writers = (draft, header) ->
                draft.path().equals(harness.file(large)) ? new FailingWriter(draft, header, 10) : draft.begin(header);
        restart();
        feed();
        runAll();

        assertThat(harness.failures).hasSize(1);
        assertThat(harness.outbox.files)
                .singleElement()
                .extracting(DumpFile::getDumpId)
                .isEqualTo(small.dumpId);
        harness.check(small, harness.file(small));
    }

    @Test
    void shouldForgetADumpWhoseRecordWasTakenBack() throws IOException {
        SampleDump dump = harness.dump(1).log().verdicts().batches(0).announce(DumpState.CAPTURING);
        feed();
        runAll();
        harness.cluster.append(DUMPS, 0, Keys.dump(dump.dumpId), null, SampleDump.NO_HEADERS, 1);
        feed();

        assertThat(board.live()).isZero();
        assertThat(harness.names()).noneMatch(name -> name.endsWith(".partial"));
    }

    @Test
    void shouldBeginAnewWhenTheStripesOfADumpChange() {
        SampleDump dump = harness.dump(1).log().verdicts().batches(0).announce(DumpState.CAPTURING);
        feed();
        runAll();
        dump.stripes[0].setPartition(1);
        dump.announce(DumpState.CAPTURING);
        feed();

        assertThat(started).hasSize(2);
        assertThat(started.get(0).step()).isEqualTo(Step.DONE);
        assertThat(board.live()).isEqualTo(1);
    }

    @Test
    void shouldReportARecordThatIsPoisonedAndGoOn() {
        harness.cluster.append(DUMPS, 0, SampleDump.bytes("0190"), new byte[] {1, 2, 3}, SampleDump.NO_HEADERS, 1);
        SampleDump hostile = harness.dump(1);
        hostile.manifest.setEndPfn(1L << 60);
        hostile.announce(DumpState.OPENED);
        SampleDump dump = harness.dump(2).whole();
        feed();
        runAll();

        assertThat(harness.failures).hasSize(2);
        assertThat(harness.failures.get(1)).contains("endPfn is 1152921504606846976, expected 1 to 2^37");
        assertThat(harness.outbox.letters).hasSize(2);
        assertThat(harness.outbox.files)
                .singleElement()
                .extracting(DumpFile::getDumpId)
                .isEqualTo(dump.dumpId);
    }

    @Test
    void shouldNotKeepTheFetchThatARecordCameIn() {
        SampleDump dump = harness.dump(1);
        byte[] value = RecordCodec.encode(dump.record(DumpState.OPENED));
        ByteBuffer fetch = ByteBuffer.allocate(1 << 20).put(0, value);
        ByteBuffer slice = fetch.slice(0, value.length);
        board.accept(new LogRecord(
                DUMPS,
                0,
                0,
                1,
                ByteBuffer.wrap(Keys.dump(dump.dumpId)),
                slice,
                RecordHeaders.of(dump.dumpId, dump.record(DumpState.OPENED))));
        fetch.put(0, new byte[value.length]);

        assertThat(started.get(0).plan().manifest().getNotes()).isEqualTo(dump.manifest.getNotes());
    }

    @Test
    void shouldFinishADumpWhenOthersThatStallHoldAllReaders() throws IOException {
        harness.readers = new SharedReaders(harness.cluster, 2, harness.clock);
        restart();
        SampleDump one = harness.dump(1).log().verdicts().batches(0).announce(DumpState.CAPTURING);
        SampleDump other = harness.dump(2).log().verdicts().batches(0).announce(DumpState.CAPTURING);
        feed();
        for (int i = 0; i < 50; i++) {
            runAll();
        }
        SampleDump dump = harness.dump(3).whole();
        feed();
        for (int i = 0; i < 50; i++) {
            runAll();
        }
        assertThat(harness.outbox.files)
                .singleElement()
                .extracting(DumpFile::getDumpId)
                .isEqualTo(dump.dumpId);
        for (SampleDump stalled : List.of(one, other)) {
            stalled.end(0).pages(1).pages(2).announce(DumpState.CAPTURED);
        }
        feed();
        for (int i = 0; i < 50; i++) {
            runAll();
        }

        assertThat(started).isEmpty();
        harness.check(one, harness.file(one));
        harness.check(other, harness.file(other));
    }

    @Test
    void shouldRunAssembliesOnWorkers() throws Exception {
        SampleDump stalled = harness.dump(1).log().verdicts().batches(0).announce(DumpState.CAPTURING);
        List<SampleDump> dumps = new ArrayList<>();
        for (int seed = 2; seed < 7; seed++) {
            dumps.add(harness.dump(seed).whole());
        }
        List<Throwable> fatal = new ArrayList<>();
        try (AssemblyPool pool = new AssemblyPool(2, assembly -> board.ended(assembly), fatal::add, harness.clock)) {
            restart(pool::start);
            feed();
            for (int i = 0; i < 1_000 && board.live() > 1; i++) {
                Thread.sleep(10);
            }
            assertThat(board.live()).isEqualTo(1);
            stalled.end(0).pages(1).pages(2).announce(DumpState.CAPTURED);
            feed();
            for (int i = 0; i < 1_000 && board.live() > 0; i++) {
                Thread.sleep(10);
            }
            assertThat(board.live()).isZero();
            board.revokeAll();
        }
        assertThat(fatal).isEmpty();
        for (SampleDump dump : dumps) {
            harness.check(dump, harness.file(dump));
        }
        harness.check(stalled, harness.file(stalled));
    }
}
