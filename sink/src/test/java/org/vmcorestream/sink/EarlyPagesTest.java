// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Dumps some of whose pages are sent before the others: the file is that of a dump whose pages come in their order. */
class EarlyPagesTest {
    private static final String DATA = SampleDump.TOPICS.pageData();

    /** What messages call them, and what they travel under. */
    private static final int EARLY = Keys.earlyStripe(0);

    @TempDir
    Path folder;

    @TempDir
    Path plain;

    private AssemblyHarness harness;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
    }

    private static Random random() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        return new Random(seed);
    }

    /** Any share of the pages, in runs of any length. */
    private static LongPredicate some(Random random) {
        int salt = random.nextInt();
        int run = 1 << random.nextInt(9);
        int share = random.nextInt(11);
        return pfn -> Math.floorMod(Long.hashCode(pfn / run * 0x9e3779b97f4a7c15L + salt), 10) < share;
    }

    private static SampleDump dump(AssemblyHarness harness, long seed) {
        return new SampleDump(harness.cluster, seed, PageCodec.ZSTD);
    }

    private static SampleDump sent(SampleDump dump) {
        dump.log().verdicts();
        for (int part = 0; part < dump.early.size(); part++) {
            dump.pages(Keys.earlyStripe(part));
        }
        return dump.pages();
    }

    private byte[] undisturbed(long seed) throws IOException {
        AssemblyHarness other = new AssemblyHarness(plain);
        SampleDump dump = dump(other, seed).whole();
        assertThat(other.make(dump, DumpState.CAPTURED).getComplete()).isTrue();
        return Files.readAllBytes(other.file(dump));
    }

    @Test
    void shouldMakeTheSameFileWhateverPagesAreSentEarly() throws IOException {
        Random random = random();
        byte[] expected = undisturbed(7);
        for (int round = 0; round < 12; round++) {
            AssemblyHarness each = new AssemblyHarness(folder.resolve("round-" + round));
            Files.createDirectories(each.folder);
            each.cluster.most = 1 + random.nextInt(40);
            SampleDump dump = sent(dump(each, 7).sendEarly(some(random)));

            DumpFile file = each.make(dump, DumpState.CAPTURED);

            assertThat(file.getProblems()).isEmpty();
            assertThat(file.getComplete()).isTrue();
            assertThat(Files.readAllBytes(each.file(dump))).isEqualTo(expected);
        }
    }

    @Test
    void shouldMakeTheSameFileInAnotherCodecAndOfOneStripeAlone() throws IOException {
        byte[] expected = undisturbed(3);
        LongPredicate second = pfn -> pfn >= SampleDump.CHUNK && pfn < 2 * SampleDump.CHUNK;
        SampleDump dump = sent(dump(harness, 3).sendEarly(second));

        assertThat(harness.make(dump, DumpState.CAPTURED).getProblems()).isEmpty();

        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(expected);
    }

    @Test
    void shouldWaitForThePagesThatComeLaterWithoutAReader() throws IOException {
        harness.readers = new SharedReaders(harness.cluster, 1, harness.clock);
        SampleDump waiting = dump(harness, 1).sendEarly(pfn -> pfn % 3 == 0);
        waiting.log().verdicts().pages(EARLY);
        Assembly one = harness.assembly(waiting, DumpState.CAPTURING);
        assertThat(harness.run(one)).isEqualTo(Step.IDLE);
        SampleDump other = dump(harness, 2).whole();
        Assembly two = harness.assembly(other, DumpState.CAPTURED);

        for (int i = 0; i < 4 && harness.run(two) == Step.IDLE; i++) {
            assertThat(harness.run(one)).isEqualTo(Step.IDLE);
        }

        harness.check(other, harness.file(other));
        waiting.pages();
        one.update(waiting.plan(DumpState.CAPTURED));
        assertThat(harness.run(one)).isEqualTo(Step.DONE);
        harness.check(waiting, harness.file(waiting));
        assertThat(harness.outbox.files).allMatch(DumpFile::getComplete);
    }

    /** More dumps than readers, whose pages come bit by bit: what was read is let go of with the reader, and read again. */
    @Test
    void shouldFinishManyDumpsWithFewReaders() throws IOException {
        Random random = random();
        byte[] expected = undisturbed(1);
        harness.readers = new SharedReaders(harness.cluster, 2, harness.clock);
        harness.cluster.most = 3;
        List<SampleDump> dumps = new ArrayList<>();
        List<Assembly> assemblies = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            SampleDump dump = dump(harness, 1 + i).sendEarly(some(random));
            dump.log().verdicts().pages(EARLY);
            dumps.add(dump);
            assemblies.add(harness.assembly(dump, DumpState.CAPTURING));
        }
        int[] sent = new int[dumps.size()];
        for (int round = 0; harness.outbox.files.size() < dumps.size(); round++) {
            assertThat(round).as("rounds").isLessThan(20_000);
            int at = random.nextInt(dumps.size());
            SampleDump dump = dumps.get(at);
            if (sent[at] < 3 && random.nextInt(10) == 0) {
                dump.pages(sent[at]++);
                assemblies.get(at).update(dump.plan(sent[at] == 3 ? DumpState.CAPTURED : DumpState.CAPTURING));
            }
            for (int steps = random.nextInt(4); steps > 0; steps--) {
                assemblies.get(at).step();
            }
        }
        assertThat(harness.outbox.files).allMatch(DumpFile::getComplete);
        assertThat(Files.readAllBytes(harness.file(dumps.get(0)))).isEqualTo(expected);
        for (SampleDump dump : dumps) {
            harness.check(dump, harness.file(dump));
        }
    }

    @Test
    void shouldKeepAllThatCameWhereverTheCaptureIsCut() throws IOException {
        Random random = random();
        for (int round = 0; round < 25; round++) {
            AssemblyHarness each = new AssemblyHarness(folder.resolve("cut-" + round));
            Files.createDirectories(each.folder);
            SampleDump dump = dump(each, 5).sendEarly(some(random));
            dump.recordsLeft = random.nextInt(50);
            sent(dump);
            boolean allEarly = dump.early.get(0).getDataEnd() >= 0;
            boolean all = dump.stripes[2].getDataEnd() >= 0;

            DumpFile file = each.make(dump, DumpState.FAILED);

            each.check(dump, each.file(dump), dump.arrived::contains);
            assertThat(file.getProblems().contains("all early pages came: those of the kernel itself are there"))
                    .as("all early pages came")
                    .isEqualTo(allEarly && file.getMissingPages() > 0);
            if (!all) {
                assertThat(file.getComplete()).isFalse();
                assertThat(file.getProblems())
                        .anyMatch(line -> line.endsWith(": the capture failed") || line.endsWith("never sent"));
            }
        }
    }

    @Test
    void shouldCountWhatIsMissingWhereBatchesWereLost() throws IOException {
        SampleDump dump = sent(dump(harness, 1).sendEarly(pfn -> pfn % 2 == 0));
        Set<Long> gone = new HashSet<>(lose(dump, EARLY, 2));
        gone.addAll(lose(dump, 0, 1));

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems())
                .contains("early pages: batch 2 did not come", "stripe 0: batch 1 did not come")
                .anyMatch(line -> line.startsWith(
                        "stripe 0: " + file.getMissingPages() + " of the 672 pages it keeps" + " did not come, pfn "))
                .anyMatch(line -> line.equals(file.getMissingPages() + " pages were lost"))
                .noneMatch(line -> line.contains("all early pages came"));
        assertThat(file.getMissingPages()).isBetween(2L * 54 - 10, 2L * 64);
        harness.check(dump, harness.file(dump), pfn -> dump.captured.test(pfn) && !gone.contains(pfn));
    }

    /** Replaces a batch by the one before it; the page frames it had. */
    private List<Long> lose(SampleDump dump, int number, int batch) {
        int slot = number < 0 ? 3 : number;
        int partition = dump.state(number).getPartition();
        long offset = dump.batchOffsets.get(slot).get(batch);
        PageBatch gone = decode(harness.cluster.get(DATA, partition, offset));
        replace(partition, offset, decode(harness.cluster.get(DATA, partition, offset - 1)));
        PageBatchIndex index = new PageBatchIndex();
        try {
            index.decode(
                    gone.getIndex(),
                    gone.getFirstPfn(),
                    gone.getPages(),
                    SampleDump.PAGE_SIZE,
                    gone.getData().remaining());
        } catch (MalformedRecordException e) {
            throw new AssertionError(e);
        }
        return IntStream.range(0, index.pages()).mapToObj(index::pfn).toList();
    }

    private static PageBatch decode(LogRecord record) {
        try {
            return RecordCodec.decode(record.value().duplicate(), PageBatch.class);
        } catch (MalformedRecordException e) {
            throw new AssertionError(e);
        }
    }

    private void replace(int partition, long offset, PageBatch by) {
        harness.cluster.replace(DATA, partition, offset, RecordCodec.encode(by));
    }

    @Test
    void shouldRefuseAPageThatComesEarlyAndInItsStripe() throws IOException {
        SampleDump dump = dump(harness, 1).sendEarly(pfn -> pfn < 300);
        dump.log().verdicts().pages(EARLY);
        dump.isEarly = pfn -> pfn < 100;
        dump.pages();

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems())
                .containsExactly("pfn 100 came twice, early and in its stripe: one of the two was passed over");
        harness.check(dump, harness.file(dump));
    }

    @Test
    void shouldRefuseEarlyPagesThatDoNotAscend() throws IOException {
        SampleDump dump = sent(dump(harness, 1).sendEarly(pfn -> pfn % 2 == 0));
        PageBatch batch =
                decode(harness.cluster.get(DATA, 1, dump.batchOffsets.get(3).get(2)));
        batch.setFirstPfn(4L);
        replace(1, dump.batchOffsets.get(3).get(2), batch);

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems())
                .anyMatch(line -> line.contains("batch 2 of early pages has pfn 4, expected "))
                .allMatch(line -> line.lines().count() == 1);
        assertThat(harness.outbox.letters).hasSize(1);
    }

    @Test
    void shouldNameTotalsOfEarlyPagesThatDoNotMatch() {
        SampleDump dump = dump(harness, 1).sendEarly(pfn -> pfn % 2 == 0);
        dump.log().verdicts().batches(EARLY);
        StripeEnd end = dump.endRecord(EARLY);
        end.setPages(end.getPages() + 1);
        end.setDigest(end.getDigest() + 1);
        dump.end(EARLY, end).pages();

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems())
                .anyMatch(line -> line.matches("early pages: \\d+ pages came, its end says \\d+"))
                .anyMatch(line -> line.startsWith("early pages: digest of its pages is "));
    }

    @Test
    void shouldNameARecordOfTheDumpThatDoesNotMatchTheEarlyPages() {
        SampleDump dump = sent(dump(harness, 1).sendEarly(pfn -> pfn % 2 == 0));
        dump.early.get(0).setDigest(5);

        assertThat(harness.make(dump, DumpState.CAPTURED).getProblems())
                .anyMatch(line -> line.startsWith("early pages: digest of its pages is ")
                        && line.endsWith("the dump's record says 00000005"));
    }

    @Test
    void shouldKeepItsPlaceOnceEarlyPagesAreSent() {
        SampleDump sending =
                dump(harness, 1).sendEarly(pfn -> pfn % 2 == 0).log().verdicts();
        harness.places = new FilePlaces(1);
        Assembly first = harness.assembly(sending.batches(EARLY), DumpState.CAPTURING);
        assertThat(harness.run(first)).isEqualTo(Step.IDLE);
        Assembly second = harness.assembly(dump(harness, 2).whole(), DumpState.CAPTURED);
        assertThat(harness.run(second)).isEqualTo(Step.IDLE);
        assertThat(harness.run(first)).as("does not give way").isEqualTo(Step.IDLE);
        sending.end(EARLY).pages();
        first.update(sending.plan(DumpState.CAPTURED));

        assertThat(harness.run(first)).isEqualTo(Step.DONE);
        assertThat(harness.run(second)).isEqualTo(Step.DONE);

        assertThat(harness.outbox.files).allMatch(DumpFile::getComplete).hasSize(2);
    }

    @Test
    void shouldBeginAnewWhenEarlyPagesWereSentToAnotherPlace() {
        SampleDump dump = sent(dump(harness, 1).sendEarly(pfn -> pfn % 2 == 0));
        DumpPlan before = dump.plan(DumpState.CAPTURING);
        assertThat(dump.plan(DumpState.CAPTURED).continues(before)).isTrue();
        dump.early.get(0).setDataOffset(dump.early.get(0).getDataOffset() + 1);
        assertThat(dump.plan(DumpState.CAPTURED).continues(before)).isFalse();
        dump.early.clear();
        assertThat(dump.plan(DumpState.CAPTURED).continues(before)).isFalse();
    }
}
