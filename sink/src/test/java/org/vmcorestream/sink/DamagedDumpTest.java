// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.VerdictCodec;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.KernelLogRecord;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpDraft;
import org.vmcorestream.vmcore.kdump.KdumpFile;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;

/** What an assembly makes of a dump of which something is missing, broken or forged. */
class DamagedDumpTest {
    private static final String DATA = SampleDump.TOPICS.pageData();
    private static final String VERDICTS = SampleDump.TOPICS.verdicts();

    @TempDir
    Path folder;

    private AssemblyHarness harness;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
    }

    private static byte[] value(LogRecord record) {
        byte[] value = new byte[record.value().remaining()];
        record.value().duplicate().get(value);
        return value;
    }

    private void checkIncomplete(SampleDump dump) throws IOException {
        try (KdumpFile file = KdumpFile.open(harness.file(dump))) {
            assertThat(file.incomplete()).isTrue();
        }
    }

    @Test
    void shouldNamePagesThatWereNotCaptured() throws IOException {
        SampleDump dump = harness.dump(1);
        dump.captured = pfn -> dump.kept(pfn) && pfn != 20 && pfn != 22;
        dump.whole();

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump));
        checkIncomplete(dump);
        assertThat(file.getComplete()).isFalse();
        assertThat(file.getMissingPages()).isEqualTo(2);
        assertThat(file.getProblems()).containsExactly("2 pages were never captured (unknown 2)");
    }

    @Test
    void shouldNameAGapInTheBatches() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        long lost = dump.batchOffsets.get(0).get(3);
        LogRecord gone = harness.cluster.get(DATA, 0, lost);
        harness.cluster.replace(DATA, 0, lost, value(harness.cluster.get(DATA, 0, lost - 1)));

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        PageBatch batch = decodeBatch(gone);
        long last = nextFirstPfn(dump, 4);
        harness.check(
                dump, harness.file(dump), pfn -> dump.captured.test(pfn) && (pfn < batch.getFirstPfn() || pfn >= last));
        assertThat(file.getComplete()).isFalse();
        assertThat(file.getMissingPages()).isPositive().isLessThanOrEqualTo(batch.getPages());
        assertThat(file.getProblems())
                .containsExactly(
                        "stripe 0: batch 3 did not come",
                        "stripe 0: 54 of the 672 pages it keeps did not come, pfn " + batch.getFirstPfn() + " to "
                                + (last - 1),
                        file.getMissingPages() + " pages were lost");
    }

    private PageBatch decodeBatch(LogRecord record) {
        try {
            return RecordCodec.decode(record.value(), PageBatch.class);
        } catch (MalformedRecordException e) {
            throw new AssertionError(e);
        }
    }

    private long nextFirstPfn(SampleDump dump, int batch) {
        return decodeBatch(harness.cluster.get(DATA, 0, dump.batchOffsets.get(0).get(batch)))
                .getFirstPfn();
    }

    @Test
    void shouldNameADigestThatDoesNotMatchTheEndOfTheStripe() throws IOException {
        SampleDump dump = harness.dump(1).log().verdicts().batches(0);
        StripeEnd forged = dump.endRecord(0);
        forged.setDigest(forged.getDigest() ^ 1);
        dump.end(0, forged).pages(1).pages(2);

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump));
        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems()).singleElement().asString().startsWith("stripe 0: digest of its pages is");
    }

    @Test
    void shouldNameADigestThatDoesNotMatchTheRecordOfTheDump() {
        SampleDump dump = harness.dump(1).log().verdicts().pages();
        dump.stripes[2].setDigest(dump.stripes[2].getDigest() ^ 0x10);

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getProblems())
                .singleElement()
                .asString()
                .startsWith("stripe 2: digest of its pages is")
                .contains("the dump's record says");
    }

    @Test
    void shouldNameCountsThatDoNotMatch() {
        SampleDump dump = harness.dump(1).log().verdicts().batches(0);
        StripeEnd forged = dump.endRecord(0);
        forged.setPages(forged.getPages() + 5);
        dump.end(0, forged).pages(1).pages(2);

        assertThat(harness.make(dump, DumpState.CAPTURED).getProblems())
                .singleElement()
                .asString()
                .contains("pages came, its end says");
    }

    @Test
    void shouldCopyAPoisonedBatchToDeadLettersAndGoOn() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        long offset = dump.batchOffsets.get(1).get(2);
        byte[] value = value(harness.cluster.get(DATA, 1, offset));
        harness.cluster.replace(DATA, 1, offset, Arrays.copyOf(value, value.length / 2));

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems()).hasSize(4).first().asString().contains("page-data-1 offset " + offset);
        assertThat(harness.outbox.letters).singleElement().asString().contains("page-data-1 offset " + offset);
        checkIncomplete(dump);
    }

    @Test
    void shouldPassOverPoisonOfAnotherDump() throws IOException {
        SampleDump dump = harness.dump(1).log().verdicts();
        harness.cluster.append(DATA, 0, SampleDump.bytes("other/0"), new byte[] {1, 2, 3}, SampleDump.NO_HEADERS, 1);
        dump.pages();
        harness.cluster.append(DATA, 0, SampleDump.bytes("other/0"), new byte[] {1, 2, 3}, SampleDump.NO_HEADERS, 1);

        assertThat(harness.make(dump, DumpState.CAPTURED).getComplete()).isTrue();

        assertThat(harness.outbox.letters).isEmpty();
    }

    @Test
    void shouldRefuseABatchWithPagesOfAnotherStripe() {
        SampleDump dump = harness.dump(1).log().verdicts().batches(0);
        PageBatch first = decodeBatch(
                harness.cluster.get(DATA, 0, dump.batchOffsets.get(0).get(0)));
        first.setSequence(dump.batchOffsets.get(0).size());
        first.setFirstPfn(40_000L);
        dump.send(0, first);
        dump.end(0).pages(1).pages(2);

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getProblems()).singleElement().asString().contains("has pfn 40000, expected");
        assertThat(file.getMissingPages()).isZero();
    }

    @Test
    void shouldNameWhatRetentionTook() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        long from = dump.batchOffsets.get(0).get(4);
        harness.cluster.dropBefore(DATA, 0, from);
        long first = nextFirstPfn(dump, 4);

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump), pfn -> dump.captured.test(pfn) && pfn >= first);
        assertThat(file.getProblems()).hasSize(3);
        assertThat(file.getProblems().get(0)).startsWith("stripe 0: the retention of page-data passed");
        assertThat(file.getProblems().get(1))
                .isEqualTo("stripe 0: " + file.getMissingPages() + " of the 672 pages it keeps did not come, pfn 0 to "
                        + (first - 1));
        checkIncomplete(dump);
        assertThat(file.getProblems().get(2))
                .isEqualTo(file.getMissingPages() + " pages have expired: topic page-data no longer holds them");
    }

    @Test
    void shouldNameStripesOfWhichRetentionLeftNothing() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.cluster.dropBefore(DATA, 0, harness.cluster.end(DATA, 0));
        harness.cluster.dropBefore(DATA, 1, harness.cluster.end(DATA, 1));

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump), pfn -> false);
        assertThat(file.getPagesWritten()).isZero();
        assertThat(file.getComplete()).isFalse();
    }

    @Test
    void shouldFinishAsIncompleteWhenNothingNewComes() throws IOException {
        SampleDump dump = harness.dump(1).log().verdicts().pages(0).batches(1);
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURING);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        harness.clock.advance(AssemblyHarness.STALL.minusSeconds(1));
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        harness.clock.advance(Duration.ofSeconds(1));

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        DumpFile file = harness.outbox.files.get(0);
        assertThat(file.getComplete()).isFalse();
        harness.check(dump, harness.file(dump), pfn -> dump.captured.test(pfn) && pfn < 2L * SampleDump.CHUNK);
        checkIncomplete(dump);
        assertThat(file.getProblems()).anyMatch(line -> line.startsWith("stripe 2: "));
        assertThat(file.getProblems()).last().asString().contains("the capture has not ended");
    }

    @Test
    void shouldFinishAFailedDumpWithWhatThereIs() throws IOException {
        SampleDump dump = harness.dump(1).log().verdicts().pages(0).batches(1);
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURING);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        assembly.update(dump.plan(DumpState.FAILED));

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        DumpFile file = harness.outbox.files.get(0);
        harness.check(dump, harness.file(dump), pfn -> dump.captured.test(pfn) && pfn < 2L * SampleDump.CHUNK);
        assertThat(file.getProblems()).last().isEqualTo("the capture failed: host died");
    }

    @Test
    void shouldKeepWhatNoVerdictSpeaksOfWhenADumpFails() throws IOException {
        SampleDump dump = harness.dump(1).log().verdict(0, SampleDump.RULE_SET).pages(0);
        Assembly assembly = harness.assembly(dump, DumpState.FAILED);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        harness.clock.advance(Duration.ofSeconds(10));

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        DumpFile file = harness.outbox.files.get(0);
        assertThat(file.getProblems()).first().asString().startsWith("no verdict on 1500 pages from pfn 32768 on");
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.kept(32_768)).isTrue();
            assertThat(read.descriptor(32_768).missing()).isTrue();
            assertThat(read.kept(0)).isFalse();
        }
    }

    @Test
    void shouldWaitForTheProcessorsLastVerdictsWhenADumpFails() throws IOException {
        SampleDump dump = harness.dump(1).log().verdict(0, SampleDump.RULE_SET).pages(0);
        dump.stripes[1].setMetadataEnd(9L);
        Assembly assembly = harness.assembly(dump, DumpState.FAILED);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        harness.clock.advance(Duration.ofSeconds(60));
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        dump.verdict(1, SampleDump.RULE_SET);

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        assertThat(harness.outbox.files.get(0).getProblems())
                .first()
                .asString()
                .startsWith("no verdict on 500 pages from pfn 65536 on");
    }

    @Test
    void shouldWriteOnlyTheKernelLogOfADumpWithoutVerdicts() throws IOException {
        SampleDump dump = harness.dump(1).log().pages();
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURED);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        harness.clock.advance(AssemblyHarness.STALL);

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        assertThat(harness.names()).containsExactly(dump.dumpId + "-dmesg.txt");
        DumpFile file = harness.outbox.files.get(0);
        assertThat(file.getLocation()).isEmpty();
        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems()).containsExactly("no verdict came in time");
        assertThat(harness.failures).containsExactly("no verdict came in time");
        assertThat(harness.finished).isEmpty();
    }

    @Test
    void shouldKeepThePagesOfAChunkWhoseVerdictIsPoisoned() throws IOException {
        SampleDump dump = harness.dump(1);
        dump.captured = pfn -> true;
        dump.whole();
        byte[] value = value(harness.cluster.get(VERDICTS, 1, 0));
        harness.cluster.replace(VERDICTS, 1, 0, Arrays.copyOf(value, value.length - 1));

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getProblems()).hasSize(3);
        assertThat(file.getProblems().get(2)).startsWith("no verdict on 1000 pages from pfn 32768 on");
        assertThat(file.getMissingPages()).isZero();
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.kept(32_768)).isTrue();
            assertThat(read.descriptor(32_768).missing()).isFalse();
        }
    }

    @Test
    void shouldKeepWhatEitherOfTwoVerdictsKeeps() throws Exception {
        SampleDump dump = harness.dump(1);
        dump.captured = pfn -> true;
        dump.log().verdicts().pages();
        LogRecord first = harness.cluster.get(VERDICTS, 0, 0);
        ChunkVerdict all = RecordCodec.decode(first.value(), ChunkVerdict.class);
        VerdictRuns runs = new VerdictRuns();
        runs.begin(0);
        runs.append(0, 600);
        runs.append(1, SampleDump.CHUNK - 600);
        all.setRuns(ByteBuffer.wrap(VerdictCodec.encode(runs)));
        FakeCluster cluster = harness.cluster;
        byte[] end = value(cluster.get(VERDICTS, 0, 1));
        cluster.replace(VERDICTS, 0, 1, RecordCodec.encode(all));
        cluster.append(
                VERDICTS,
                0,
                SampleDump.bytes("x"),
                end,
                cluster.get(VERDICTS, 0, 1).headers(),
                1_000);

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getProblems()).isEmpty();
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.kept(0)).isTrue();
            assertThat(read.kept(990)).isEqualTo(dump.kept(990));
        }
    }

    @Test
    void shouldNamePagesThatCannotBeDecompressed() throws IOException {
        SampleDump dump = new SampleDump(harness.cluster, 1, PageCodec.LZ4);
        dump.log().verdicts().batches(0);
        long offset = dump.batchOffsets.get(0).get(0);
        PageBatch batch = decodeBatch(harness.cluster.get(DATA, 0, offset));
        byte[] data = new byte[batch.getData().remaining()];
        batch.getData().duplicate().get(data);
        Arrays.fill(data, 0, 4, (byte) 0xff);
        batch.setData(ByteBuffer.wrap(data));
        harness.cluster.replace(DATA, 0, offset, RecordCodec.encode(batch));
        dump.captured = dump::kept;
        dump.end(0).pages(1).pages(2);

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems()).anyMatch(line -> line.startsWith("stripe 0: digest"));
        assertThat(Files.exists(harness.file(dump))).isTrue();
    }

    @Test
    void shouldFailWithOneLineWhenTheDiskIsFull() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.writers = (draft, header) -> new FailingWriter(draft, header, 300);

        assertThat(harness.run(harness.assembly(dump, DumpState.CAPTURED))).isEqualTo(Step.DONE);

        assertThat(harness.failures).containsExactly(harness.file(dump) + ": No space left on device");
        assertThat(harness.outbox.files).isEmpty();
        assertThat(harness.names()).containsExactly(dump.dumpId + "-dmesg.txt");
    }

    @Test
    void shouldWaitForASinkThatLostTheDumpAndStillWritesItsFile() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        Path file = harness.file(dump);
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURED);
        try (FileChannel other = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = other.lock()) {
            assertThat(lock.isValid()).isTrue();
            for (int step = 0; step < 100; step++) {
                assertThat(assembly.step()).isNotEqualTo(Step.DONE);
            }
            assertThat(assembly.step()).isEqualTo(Step.IDLE);
        }

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        assertThat(harness.failures).isEmpty();
        assertThat(harness.outbox.files)
                .singleElement()
                .satisfies(made -> assertThat(made.getComplete()).isTrue());
    }

    @Test
    void shouldGiveItsPlaceBackWhateverBecomesOfIt() {
        SampleDump dump = harness.dump(1).whole();
        harness.places = new FilePlaces(1);
        KdumpFileWriter none = null;
        harness.writers = (draft, header) -> {
            if (none == null) {
                throw new IllegalStateException("a mistake of this program");
            }
            return none;
        };
        assertThat(harness.run(harness.assembly(dump, DumpState.CAPTURED))).isEqualTo(Step.DONE);
        assertThat(harness.failures).singleElement().asString().contains("a mistake of this program");
        harness.failures.clear();
        harness.writers = KdumpDraft::begin;

        assertThat(harness.make(dump, DumpState.CAPTURED).getComplete()).isTrue();
    }

    @Test
    void shouldWaitWhileOthersHaveAllPlaces() {
        SampleDump one = harness.dump(1).log().verdicts();
        SampleDump other = harness.dump(2).whole();
        harness.places = new FilePlaces(1);
        Assembly first = harness.assembly(one, DumpState.CAPTURING);
        Assembly second = harness.assembly(other, DumpState.CAPTURED);
        assertThat(harness.run(first)).isEqualTo(Step.IDLE);
        assertThat(harness.run(second)).isEqualTo(Step.IDLE);
        first.drop();

        assertThat(harness.run(second)).isEqualTo(Step.DONE);

        assertThat(harness.outbox.files).hasSize(1);
    }

    @Test
    void shouldGiveWayWithADumpThatStillWaitsForItsTurnToSendPages() {
        SampleDump early = harness.dump(1).log().verdicts();
        SampleDump other = harness.dump(2).whole();
        harness.places = new FilePlaces(1);
        Assembly first = harness.assembly(early, DumpState.CAPTURING);
        assertThat(harness.run(first)).isEqualTo(Step.IDLE);
        assertThat(first.again()).isNull();
        Assembly second = harness.assembly(other, DumpState.CAPTURED);
        assertThat(harness.run(second)).as("no place yet").isEqualTo(Step.IDLE);

        assertThat(harness.run(first)).isEqualTo(Step.DONE);
        Assembly again = first.again();
        assertThat(first.failed()).isFalse();
        assertThat(harness.run(again)).as("lets the other one have it").isEqualTo(Step.IDLE);
        assertThat(harness.run(second)).isEqualTo(Step.DONE);
        assertThat(harness.outbox.files).extracting(DumpFile::getDumpId).containsExactly(other.dumpId);

        early.pages();
        again.update(early.plan(DumpState.CAPTURED));
        assertThat(harness.run(again)).isEqualTo(Step.DONE);
        assertThat(harness.failures).isEmpty();
        assertThat(harness.outbox.files).hasSize(2);
        assertThat(harness.outbox.files.get(1).getComplete()).isTrue();
    }

    @Test
    void shouldTellWhenTheClusterRefusesToWorkWithThisSink() {
        SampleDump dump = harness.dump(1).whole();
        harness.cluster.refuse(new TopicAuthorizationException("not yours"));
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURED);
        assertThat(assembly.step()).isEqualTo(Step.PROGRESS);

        assertThatThrownBy(assembly::step).isInstanceOf(TopicAuthorizationException.class);

        assertThat(harness.failures).hasSize(1);
    }

    @Test
    void shouldLeaveNothingBehindWhenDropped() throws IOException {
        SampleDump dump = harness.dump(1).log().verdicts().pages(0);
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURING);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        assertThat(harness.names()).contains(dump.dumpId + ".kdump.partial");

        assembly.drop();

        assertThat(harness.names()).containsExactly(dump.dumpId + "-dmesg.txt");
        assertThat(assembly.step()).isEqualTo(Step.DONE);
        assertThat(harness.failures).isEmpty();
    }

    @Test
    void shouldTellOfAFileThatWasOnItsWayToDumpFilesWhenTheDumpWentToAnotherSink() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        CompletableFuture<LogPlace> arrival = new CompletableFuture<>();
        harness.outbox.arrival.set(arrival);
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURED);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        assertThat(harness.outbox.files).hasSize(1);

        assembly.drop();

        assertThat(harness.finished).isEmpty();
        arrival.complete(new LogPlace(0, 0));
        assertThat(harness.finished).containsExactly(harness.outbox.files.get(0));
        assertThat(harness.names()).contains(dump.dumpId + ".kdump");
    }

    @Test
    void shouldMakeAFileWhenTheKernelLogIsPoisoned() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.cluster.replace(SampleDump.TOPICS.dumps(), 0, 0, new byte[] {1, 2});

        assertThat(harness.make(dump, DumpState.CAPTURED).getComplete()).isTrue();

        assertThat(harness.names()).containsExactly(dump.dumpId + ".kdump");
        assertThat(harness.outbox.letters).hasSize(1);
    }

    @Test
    void shouldFindAKernelLogOnAnotherPartition() {
        SampleDump dump = harness.dump(1).verdicts().pages();
        harness.cluster.append(
                SampleDump.TOPICS.dumps(),
                1,
                Keys.kernelLog(dump.dumpId),
                RecordCodec.encode(
                        new KernelLogRecord(dump.dumpId, true, "", ByteBuffer.wrap(SampleDump.bytes(SampleDump.LOG)))),
                RecordHeaders.of(dump.dumpId, dump.record(DumpState.OPENED)),
                1_000);

        harness.make(dump, DumpState.CAPTURED);

        assertThat(folder.resolve(dump.dumpId + "-dmesg.txt")).hasContent(SampleDump.LOG);
    }

    @Test
    void shouldBoundTheProblemsOfAFile() {
        Problems problems = new Problems();
        for (int i = 0; i < 1_000; i++) {
            problems.add("line\n" + i + "x".repeat(1_000));
        }

        List<String> lines = problems.lines();

        assertThat(lines).hasSize(Problems.MAX_LINES + 1).last().isEqualTo("and 900 more problems");
        assertThat(lines).allMatch(line -> line.length() <= Problems.MAX_LENGTH && !line.contains("\n"));
    }
}
