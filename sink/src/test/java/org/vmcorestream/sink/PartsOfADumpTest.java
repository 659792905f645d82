// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.vmcore.kdump.DumpExport;
import org.vmcorestream.vmcore.kdump.StoredDump;

/** Sinks of one group that share the parts of dumps: who makes which, and what of it is made again. */
class PartsOfADumpTest {
    private static final String DUMPS = SampleDump.TOPICS.dumps();

    @TempDir
    private Path folder;

    private AssemblyHarness harness;

    /** One sink of the group, which owns some of the two partitions of topic dumps. */
    private final class Sink {
        private final List<Assembly> started = new ArrayList<>();
        private final long[] read = new long[2];
        private final List<Integer> owned;
        private final DumpBoard board;

        Sink(Integer... partitions) {
            owned = List.of(partitions);
            harness.done = new FinishedFiles(SampleDump.TOPICS.dumpFiles(), 1);
            harness.done.catchUp(harness.cluster.open());
            board = new DumpBoard(harness.tools(), List.of(SampleDump.RULE_SET), started::add, 2, 2, 1);
        }

        Sink feed() {
            for (int partition : owned) {
                for (long end = harness.cluster.end(DUMPS, partition); read[partition] < end; read[partition]++) {
                    board.accept(harness.cluster.get(DUMPS, partition, read[partition]));
                }
            }
            return this;
        }

        Sink run() {
            for (Assembly assembly : List.copyOf(started)) {
                if (harness.run(assembly) == Step.DONE) {
                    started.remove(assembly);
                    board.ended(assembly);
                }
            }
            return this;
        }
    }

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
        harness.outbox.stored.set(true);
    }

    private byte[] expected(SampleDump dump) throws IOException {
        DumpFile file = harness.make(dump.parts(0, 0, 0), DumpState.CAPTURED);
        harness.outbox.files.clear();
        harness.cluster.append(SampleDump.TOPICS.dumpFiles(), 0, Keys.dumpFile(file), null, SampleDump.NO_HEADERS, 0);
        byte[] bytes = Files.readAllBytes(harness.file(dump));
        Files.delete(harness.file(dump));
        return bytes;
    }

    private byte[] assembled(SampleDump dump) throws IOException {
        List<Path> parts = new ArrayList<>();
        for (int part = 1; part <= dump.manifest.getParts(); part++) {
            parts.add(part(dump, part));
        }
        Path whole = folder.resolve("assembled");
        try (StoredDump split = StoredDump.open(parts)) {
            DumpExport.kdump(split, split.header().codec(), most -> DumpExport.file(whole), (done, total) -> {});
        }
        return Files.readAllBytes(whole);
    }

    private Path part(SampleDump dump, int number) {
        return folder.resolve(dump.dumpId + "-" + number + "of" + dump.manifest.getParts() + ".kdump");
    }

    private SampleDump dump() {
        return harness.dump(1).log().verdicts().pages();
    }

    @Test
    void shouldShareThePartsOfADumpBetweenTwoSinks() throws IOException {
        SampleDump dump = dump();
        byte[] expected = expected(dump);
        dump.parts(0, 1, 2).announce(DumpState.CAPTURED);
        Sink one = new Sink(0).feed();
        Sink other = new Sink(1).feed();
        assertThat(one.started).isNotEmpty();
        assertThat(other.started).isNotEmpty();
        assertThat(one.started.size() + other.started.size()).isEqualTo(3);

        one.run();
        other.run();

        assertThat(harness.outbox.files).extracting(DumpFile::getPart).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(harness.outbox.files).allMatch(DumpFile::getComplete);
        assertThat(assembled(dump)).isEqualTo(expected);
    }

    @Test
    void shouldMakeAllPartsWhereOneSinkIsAlone() throws IOException {
        SampleDump dump = dump();
        byte[] expected = expected(dump);
        dump.parts(0, 0, 1).announce(DumpState.CAPTURED);

        new Sink(0, 1).feed().run();

        assertThat(assembled(dump)).isEqualTo(expected);
        assertThat(harness.failures).isEmpty();
    }

    @Test
    void shouldFollowACaptureByTheCopiesOfItsParts() throws IOException {
        SampleDump dump = harness.dump(1).log().parts(0, 1, 2).announce(DumpState.OPENED);
        Sink sink = new Sink(0, 1).feed().run();
        assertThat(sink.started).hasSize(3);
        dump.verdicts().pages(0).announce(DumpState.CAPTURING);
        sink.feed().run();
        dump.pages(1).batches(2).announce(DumpState.CAPTURING);
        sink.feed().run();
        assertThat(sink.started).as("each waits for the end of the capture").hasSize(3);
        dump.end(2).announce(DumpState.CAPTURED);
        sink.feed().run();

        assertThat(sink.started).isEmpty();
        byte[] assembled = assembled(dump);
        assertThat(assembled).isEqualTo(expected(dump));
    }

    @Test
    void shouldMakeOnlyThePartsAgainThatWereNotFinished() throws IOException {
        SampleDump dump = dump();
        byte[] expected = expected(dump);
        dump.parts(0, 1, 2).announce(DumpState.CAPTURED);
        Sink stopped = new Sink(0, 1).feed();
        Assembly done = stopped.started.stream()
                .filter(assembly -> assembly.plan().part().number() == 1)
                .findFirst()
                .orElseThrow();
        assertThat(harness.run(done)).isEqualTo(Step.DONE);
        stopped.board.ended(done);
        stopped.started.remove(done);
        stopped.started.forEach(assembly -> {
            for (int i = 0; i < 6; i++) {
                assembly.step();
            }
        });
        stopped.board.revokeAll();
        assertThat(harness.names()).noneMatch(name -> name.endsWith(".partial"));

        Sink next = new Sink(0, 1).feed();
        assertThat(next.started)
                .extracting(assembly -> assembly.plan().part().number())
                .containsExactlyInAnyOrder(0, 2);
        next.run();

        assertThat(harness.outbox.files).extracting(DumpFile::getPart).containsExactlyInAnyOrder(1, 0, 2);
        assertThat(assembled(dump)).isEqualTo(expected);
        assertThat(new Sink(0, 1).feed().started).as("all of it is done").isEmpty();
    }

    @Test
    void shouldMakeOneFileOfAllOfADumpForAReplay() throws IOException {
        SampleDump dump = dump();
        byte[] expected = expected(dump);
        dump.parts(0, 1, 2).announce(DumpState.CAPTURED);
        Sink sink = new Sink(0, 1).feed().run();
        SampleReplay replay = new SampleReplay(dump, SampleDump.RULE_SET, 1, 2_000).verdicts();
        DumpPlan plan = dump.plan(DumpState.CAPTURED);
        try {
            assertThat(sink.board.replay(
                            replay.plan(), plan, sink.board.newest(dump.dumpId).orElseThrow()))
                    .isTrue();
        } catch (org.vmcorestream.schemas.MalformedRecordException e) {
            throw new AssertionError(e);
        }
        sink.run();

        DumpFile whole = harness.outbox.files.get(3);
        assertThat(whole.getParts()).isEqualTo(1);
        assertThat(whole.getReplayId()).isEqualTo(SampleReplay.id(1));
        assertThat(whole.getComplete()).isTrue();
        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(expected);
        assertThat(part(dump, 1)).as("parts stay").exists();
        assertThat(new Sink(0, 1).feed().started).isEmpty();
    }

    @Test
    void shouldMakeThePartsThoughAReplayHasMadeTheWhole() {
        SampleDump dump = dump().parts(0, 0, 1).announce(DumpState.CAPTURED);
        DumpFile whole = harness.make(dump.parts(0, 0, 0), DumpState.CAPTURED);
        assertThat(whole.getParts()).isEqualTo(1);
        dump.parts(0, 0, 1);

        assertThat(new Sink(0, 1).feed().started).hasSize(2);
    }

    @Test
    void shouldDropThePartOfADumpThatWasRemoved() {
        SampleDump dump = harness.dump(1).parts(0, 0, 1).announce(DumpState.OPENED);
        Sink sink = new Sink(0, 1).feed();
        int partition = Keys.partPartition(dump.dumpId, 1, 2);
        harness.cluster.append(DUMPS, partition, Keys.dumpPart(dump.dumpId, 1), null, SampleDump.NO_HEADERS, 5);
        sink.feed();
        assertThat(sink.board.live()).isEqualTo(1);
        assertThat(sink.board.newest(dump.dumpId)).isPresent();
    }

    @Test
    void shouldSetACopyForAPartAsideThatTheDumpDoesNotHave() {
        SampleDump dump = harness.dump(1).parts(0, 0, 1);
        for (String key : List.of("/part-2", "/part-0", "/part-", "/part-01", "/part-x", "/part-99999999999")) {
            harness.cluster.append(
                    DUMPS, 0, SampleDump.bytes(dump.dumpId + key), dump.dumpId, dump.record(DumpState.OPENED));
        }

        Sink sink = new Sink(0, 1).feed();

        assertThat(sink.started).isEmpty();
        assertThat(harness.outbox.letters)
                .hasSize(6)
                .allMatch(line -> line.contains("expected the dump id, or /part-"));
    }
}
