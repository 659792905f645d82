// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmcorestream.producer.FakeVmcore.Content;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MemmapCodec;
import org.vmcorestream.schemas.PageBatchIndex.Kind;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.KernelLogRecord;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.vmcore.codec.PageCodec;

class CaptureRunTest {
    private final CaptureFixture fixture = new CaptureFixture();
    private final List<Integer> batches = new ArrayList<>();

    @Test
    void shouldSendLogThenManifestThenMetadataThenPages() throws Exception {
        fixture.run(new FakeVmcore().memory(0, 40_000, 70_000).contents(0, 70_000, Content.ZERO));

        List<String> kinds = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> record : fixture.cluster.records) {
            String kind = new String(record.headers().lastHeader("kind").value(), StandardCharsets.UTF_8);
            if (!kind.equals("Dump") || kinds.isEmpty() || !kinds.contains("Dump")) {
                if (kinds.isEmpty() || !kinds.get(kinds.size() - 1).equals(kind)) {
                    kinds.add(kind);
                }
            }
        }
        assertThat(kinds)
                .containsExactly(
                        "KernelLogRecord",
                        "Dump",
                        "StripeOpened",
                        "ChunkMetadata",
                        "StripeClosed",
                        "PageBatch",
                        "StripeEnd");
        assertThat(fixture.life().get(0).getState()).isEqualTo(DumpState.OPENED);
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
    }

    @Test
    void shouldDescribeEveryChunkWithMemoryAndNoOther() throws Exception {
        FakeVmcore vmcore = new FakeVmcore()
                .memory(10, 100)
                .memory(3 * 32_768 + 5, 3 * 32_768 + 9)
                .contents(0, 4 * 32_768, Content.ZERO);
        fixture.run(vmcore);

        List<ProducerRecord<byte[], byte[]>> records = fixture.cluster.on(FakeCluster.TOPICS.pageMetadata());
        StripeOpened opened = (StripeOpened) SentDump.decode(records.get(0));
        assertThat(opened.getChunks()).isEqualTo(2);
        assertThat(opened.getFirstPfn()).isZero();
        assertThat(opened.getEndPfn()).isEqualTo(3 * 32_768 + 9);
        assertThat(opened.getRuleSets()).containsExactly("level-31");
        CRC32C digest = new CRC32C();
        List<Long> chunks = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> record : records.subList(1, records.size() - 1)) {
            ChunkMetadata chunk = (ChunkMetadata) SentDump.decode(record);
            chunks.add(chunk.getChunk());
            digest.update(chunk.getDescriptors().duplicate());
            ChunkDescriptors expected = new ChunkDescriptors();
            vmcore.describer().describe(chunk.getChunk(), expected);
            assertThat(chunk.getPages()).isEqualTo(expected.pages());
            assertThat(chunk.getDescriptors()).isEqualTo(ByteBuffer.wrap(DescriptorCodec.encode(expected)));
            assertThat(record.key()).isEqualTo(Keys.chunk(CaptureFixture.DUMP_ID, 0, chunk.getChunk()));
        }
        assertThat(chunks).containsExactly(0L, 3L);
        StripeClosed closed = (StripeClosed) SentDump.decode(records.get(records.size() - 1));
        assertThat(closed.getChunks()).isEqualTo(2);
        assertThat(closed.getPages()).isEqualTo(32_768 + 9);
        assertThat(closed.getDigest()).isEqualTo((int) digest.getValue());
    }

    @Test
    void shouldNeverReadAPageThatTheCaptureRulesExclude() throws Exception {
        FakeVmcore vmcore =
                new FakeVmcore().memory(0, 6_000).free(16, 4).free(1_024, 10).unaccepted(4_096);
        Capture.Result result = fixture.run(vmcore);

        List<Long> expected = LongStream.range(0, 6_000)
                .filter(pfn -> !(pfn >= 16 && pfn < 32))
                .filter(pfn -> !(pfn >= 1_024 && pfn < 2_048))
                .filter(pfn -> !(pfn >= 4_096 && pfn < 5_120))
                .boxed()
                .toList();
        assertThat(vmcore.pagesRead).containsExactlyElementsOf(expected);
        assertThat(vmcore.readTwice).isEmpty();
        SentDump sent = SentDump.of(fixture.cluster);
        assertThat(sent.pages.keySet()).containsExactlyElementsOf(expected);
        assertThat(result.pages()).isEqualTo(expected.size());
        sent.pages.forEach((pfn, page) -> assertThat(page).isEqualTo(vmcore.page(pfn)));
    }

    @Test
    void shouldSayWhereTheMemoryMapIsAndSendAllOfIt() throws Exception {
        fixture.capture = BuiltInRuleSets.named("level-16-e").orElseThrow();
        FakeVmcore vmcore = new FakeVmcore()
                .memory(0, 1_024)
                .memory(32_768, 65_536)
                .free(33_792, 10)
                .memmap(1, 100);
        fixture.run(vmcore);

        List<ProducerRecord<byte[], byte[]>> records = fixture.cluster.on(FakeCluster.TOPICS.pageMetadata());
        assertThat(((StripeOpened) SentDump.decode(records.get(0))).getStructPageSize())
                .isEqualTo(64);
        assertThat(((ChunkMetadata) SentDump.decode(records.get(1))).getMemmap())
                .isEqualTo(ByteBuffer.allocate(0));
        MemmapRuns memmap = new MemmapRuns();
        MemmapCodec.decode(((ChunkMetadata) SentDump.decode(records.get(2))).getMemmap(), 512, memmap);
        assertThat(memmap.runs()).isEqualTo(1);
        assertThat(memmap.frame(0)).isEqualTo(100);
        assertThat(memmap.length(0)).isEqualTo(512);
        assertThat(SentDump.of(fixture.cluster).pages.keySet())
                .containsExactlyElementsOf(LongStream.range(0, 65_536)
                        .filter(pfn -> pfn < 1_024 || pfn >= 32_768 && (pfn < 33_792 || pfn >= 34_816))
                        .boxed()
                        .toList());
    }

    @Test
    void shouldSendWhatAnotherRuleSetKeeps() throws Exception {
        fixture.capture = BuiltInRuleSets.level(0);
        FakeVmcore vmcore = new FakeVmcore().memory(0, 600).free(16, 4);
        fixture.run(vmcore);

        assertThat(SentDump.of(fixture.cluster).pages).hasSize(600).containsKey(20L);
        assertThat(fixture.last().getManifest().getCaptureRuleSet()).isEqualTo("level-0");
    }

    @Test
    void shouldNotSendHolesAndMemoryWithoutData() throws Exception {
        FakeVmcore vmcore = new FakeVmcore().memory(5, 50, 400).memory(1_000, 1_010);
        fixture.run(vmcore);

        SentDump sent = SentDump.of(fixture.cluster);
        assertThat(sent.pages.keySet())
                .containsExactlyElementsOf(LongStream.concat(LongStream.range(5, 50), LongStream.range(1_000, 1_010))
                        .boxed()
                        .toList());
    }

    @Test
    void shouldFlagZeroPagesAndStoreNoise() throws Exception {
        FakeVmcore vmcore =
                new FakeVmcore().memory(0, 300).contents(0, 100, Content.ZERO).contents(200, 300, Content.NOISE);
        Capture.Result result = fixture.run(vmcore);

        SentDump sent = SentDump.of(fixture.cluster);
        for (long pfn = 0; pfn < 300; pfn++) {
            Kind expected = pfn < 100 ? Kind.ZERO : pfn < 200 ? Kind.COMPRESSED : Kind.RAW;
            assertThat(sent.kinds.get(pfn)).as("pfn %d", pfn).isEqualTo(expected);
            assertThat(sent.pages.get(pfn)).isEqualTo(vmcore.page(pfn));
        }
        assertThat(result.zeroPages()).isEqualTo(100);
        assertThat(result.pages()).isEqualTo(300);
        assertThat(result.pageBytes()).isEqualTo(sent.ends.get(0).getPageBytes());
    }

    @Test
    void shouldTellAPageWithOneByteFromAPageOfZeros() throws Exception {
        for (int at : new int[] {0, 7, 8, 2_047, 4_088, 4_095}) {
            CaptureFixture one = new CaptureFixture();
            one.run(new FakeVmcore().memory(0, 3).otherContents(Content.ZERO).singleByte(1, at));
            assertThat(SentDump.of(one.cluster).kinds)
                    .as("byte %d", at)
                    .containsEntry(0L, Kind.ZERO)
                    .containsEntry(1L, Kind.COMPRESSED)
                    .containsEntry(2L, Kind.ZERO);
        }
    }

    @Test
    void shouldFlagZeroPagesWithoutReadingHolesOfASparseFile() throws Exception {
        FakeVmcore vmcore = new FakeVmcore().memory(0, 1_000).sparse(200, 800);
        fixture.run(vmcore);

        SentDump sent = SentDump.of(fixture.cluster);
        assertThat(sent.kinds).hasSize(1_000);
        sent.pages.forEach((pfn, page) -> assertThat(page).isEqualTo(vmcore.page(pfn)));
        assertThat(sent.kinds.values()).filteredOn(kind -> kind == Kind.ZERO).hasSize(600);
        assertThat(vmcore.pagesRead).doesNotContain(208L, 256L, 511L, 799L).contains(0L, 199L, 800L, 999L);
    }

    @Test
    void shouldFlagAHoleOfAnySizeInFewRecords() throws Exception {
        long end = 10L * Chunk.PAGES;
        FakeVmcore vmcore = new FakeVmcore().memory(0, end).sparse(100, end - 100);
        fixture.capture = BuiltInRuleSets.level(0);
        fixture.cluster.passPageDataTo(record -> batches.add(record.value().length));
        Capture.Result result = fixture.run(vmcore);

        assertThat(result.pages()).isEqualTo(end);
        assertThat(result.zeroPages()).isEqualTo(end - 200);
        assertThat(vmcore.pagesRead).hasSizeBetween(200, 200 + 2 * 16);
        assertThat(batches).hasSizeBetween(11, 13);
    }

    @Test
    void shouldSendTheSameRecordsWhateverMemoryThereIsForKeptPages() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        List<ProducerRecord<byte[], byte[]>> expected = null;
        for (int blocks : new int[] {100, 1, 0}) {
            CaptureFixture with = new CaptureFixture();
            with.budget = new KeptBudget(blocks * KeptRuns.BLOCK);
            with.stripeBytes = 1L << 30;
            with.capture = BuiltInRuleSets.level(31);
            with.run(crossingVmcore(seed));
            List<ProducerRecord<byte[], byte[]>> sent = with.cluster.on(FakeCluster.TOPICS.pageData());
            if (expected == null) {
                expected = sent;
            }
            assertThat(sent).hasSameSizeAs(expected).hasSizeGreaterThan(15);
            for (int i = 0; i < sent.size(); i++) {
                assertThat(sent.get(i).value())
                        .as("%d blocks, record %d", blocks, i)
                        .isEqualTo(expected.get(i).value());
            }
            assertThat(with.budget.taken()).isLessThanOrEqualTo(KeptRuns.BLOCK * 2);
            assertThat(SentDump.of(with.cluster).pages).isNotEmpty();
        }
    }

    /** Memory around chunk and stripe borders, with free blocks that reach over chunk borders. */
    private static FakeVmcore crossingVmcore(long seed) {
        Random random = new Random(seed);
        long gib = CaptureFixture.GIB_PAGES;
        FakeVmcore vmcore = new FakeVmcore()
                .memory(Chunk.PAGES - 2_000, Chunk.PAGES + 2_000)
                .memory(gib - 1_000, gib + 1_500)
                .free(Chunk.PAGES - 1_024, 10)
                .free(gib, 10);
        for (long pfn = Chunk.PAGES - 2_000; pfn < Chunk.PAGES + 2_000; pfn++) {
            if (random.nextInt(6) == 0 && (pfn < Chunk.PAGES - 1_024 || pfn >= Chunk.PAGES)) {
                vmcore.free(pfn, 0);
            }
        }
        return vmcore;
    }

    @Test
    void shouldTellTheFileWhatIsReadNextAndOnlyOfLongRuns() throws Exception {
        FakeVmcore vmcore = new FakeVmcore().memory(0, 15).memory(16, 32).memory(40, 100);
        fixture.run(vmcore);

        assertThat(vmcore.hints).containsExactlyInAnyOrder("need 16 16", "need 40 60");
    }

    @Test
    void shouldSplitPagesThatDoNotShrinkIntoRecordsBelowAMegabyte() throws Exception {
        FakeVmcore vmcore = new FakeVmcore().memory(0, 1_000).otherContents(Content.NOISE);
        fixture.run(vmcore);

        SentDump sent = SentDump.of(fixture.cluster);
        assertThat(sent.batches).hasSizeGreaterThan(4);
        assertThat(sent.pages).hasSize(1_000);
        for (ProducerRecord<byte[], byte[]> record : fixture.cluster.on(FakeCluster.TOPICS.pageData())) {
            assertThat(record.value().length).isLessThan(1_048_588 - 500);
        }
    }

    @ParameterizedTest
    @EnumSource(PageCodec.class)
    void shouldSendPagesInEveryCodec(PageCodec codec) throws Exception {
        fixture.codec = codec;
        FakeVmcore vmcore =
                new FakeVmcore().memory(0, 700).contents(90, 120, Content.NOISE).contents(300, 310, Content.ZERO);
        fixture.run(vmcore);

        SentDump sent = SentDump.of(fixture.cluster);
        assertThat(sent.pages).hasSize(700);
        sent.pages.forEach((pfn, page) -> assertThat(page).isEqualTo(vmcore.page(pfn)));
        assertThat(fixture.last().getManifest().getCodec().name()).isEqualTo(codec.name());
    }

    @Test
    void shouldSendTheSameRecordsWithAnyNumberOfThreads() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        List<ProducerRecord<byte[], byte[]>> expected = null;
        for (int threads : new int[] {1, 2, 7, 32}) {
            CaptureFixture with = new CaptureFixture();
            with.threads = threads;
            with.run(randomVmcore(seed));
            List<ProducerRecord<byte[], byte[]>> sent = with.cluster.on(FakeCluster.TOPICS.pageData());
            assertThat(sent).hasSizeGreaterThan(10);
            if (expected == null) {
                expected = sent;
            }
            assertThat(sent).hasSameSizeAs(expected);
            for (int i = 0; i < sent.size(); i++) {
                assertThat(sent.get(i).key()).isEqualTo(expected.get(i).key());
                assertThat(sent.get(i).value())
                        .as("record %d", i)
                        .isEqualTo(expected.get(i).value());
            }
        }
    }

    private static FakeVmcore randomVmcore(long seed) {
        Random random = new Random(seed);
        FakeVmcore vmcore = new FakeVmcore().memory(3, 5_000).memory(5_007, 9_000);
        for (long pfn = 0; pfn < 9_000; pfn++) {
            if (random.nextInt(20) == 0) {
                vmcore.free(pfn, random.nextInt(4));
            }
            int what = random.nextInt(10);
            vmcore.contents(pfn, pfn + 1, what == 0 ? Content.ZERO : what < 4 ? Content.NOISE : Content.TEXT);
        }
        return vmcore;
    }

    @Test
    void shouldCutMemoryIntoStripesOnTheirOwnPartitions() throws Exception {
        long gib = CaptureFixture.GIB_PAGES;
        fixture.stripeBytes = 1L << 30;
        FakeVmcore vmcore = new FakeVmcore()
                .memory(gib - 300, gib + 300)
                .memory(4 * gib + 10, 4 * gib + 20)
                .free(gib, 5);
        Capture.Result result = fixture.run(vmcore);

        assertThat(result.stripes()).isEqualTo(3);
        SentDump sent = SentDump.of(fixture.cluster);
        assertThat(sent.ends).extracting(end -> end.getPages()).containsExactly(300L, 268L, 10L);
        List<StripeState> states = fixture.last().getStripes();
        assertThat(states).extracting(StripeState::getFirstPfn).containsExactly(0L, gib, 4 * gib);
        assertThat(states).extracting(StripeState::getEndPfn).containsExactly(gib, 4 * gib, 4 * gib + 20);
        for (StripeState state : states) {
            int partition = Keys.partition(CaptureFixture.DUMP_ID, state.getStripe(), FakeCluster.PARTITIONS);
            assertThat(state.getPartition()).isEqualTo(partition);
            byte[] key = Keys.stripe(CaptureFixture.DUMP_ID, state.getStripe());
            assertThat(fixture.cluster.on(FakeCluster.TOPICS.pageData()))
                    .filteredOn(record -> Arrays.equals(record.key(), key))
                    .isNotEmpty()
                    .allMatch(record -> record.partition() == partition);
        }
    }

    @Test
    void shouldAnnounceOffsetsThatPointAtTheRecords() throws Exception {
        fixture.stripeBytes = 1L << 30;
        long gib = CaptureFixture.GIB_PAGES;
        fixture.run(new FakeVmcore().memory(0, 600).memory(gib, gib + 600).free(gib, 9));

        assertThat(fixture.life())
                .extracting(Dump::getState)
                .startsWith(DumpState.OPENED, DumpState.CAPTURING)
                .endsWith(DumpState.CAPTURING, DumpState.CAPTURED);
        Dump opened = fixture.life().get(0);
        assertThat(opened.getStripes()).allMatch(s -> s.getMetadataOffset() == -1 && s.getDataOffset() == -1);
        SentDump sent = SentDump.of(fixture.cluster);
        for (StripeState state : fixture.last().getStripes()) {
            assertThat(kindAt(FakeCluster.TOPICS.pageMetadata(), state.getPartition(), state.getMetadataOffset()))
                    .isEqualTo("StripeOpened");
            assertThat(kindAt(FakeCluster.TOPICS.pageMetadata(), state.getPartition(), state.getMetadataEnd()))
                    .isEqualTo("StripeClosed");
            assertThat(kindAt(FakeCluster.TOPICS.pageData(), state.getPartition(), state.getDataOffset()))
                    .isEqualTo("PageBatch");
            assertThat(kindAt(FakeCluster.TOPICS.pageData(), state.getPartition(), state.getDataEnd()))
                    .isEqualTo("StripeEnd");
            assertThat(state.getDigest())
                    .isEqualTo(sent.ends.get(state.getStripe()).getDigest());
            assertThat(state.getPages())
                    .isEqualTo(sent.ends.get(state.getStripe()).getPages());
        }
    }

    @Test
    void shouldAnnounceTheFirstOffsetsBeforeAllPagesAreSent() throws Exception {
        fixture.run(new FakeVmcore().memory(0, 600));

        List<ProducerRecord<byte[], byte[]>> records = fixture.cluster.records;
        int lastData = records.lastIndexOf(fixture.cluster
                .on(FakeCluster.TOPICS.pageData())
                .get(fixture.cluster.on(FakeCluster.TOPICS.pageData()).size() - 1));
        assertThat(records.subList(0, lastData))
                .filteredOn(record -> record.topic().equals(FakeCluster.TOPICS.dumps()))
                .map(SentDump::decode)
                .filteredOn(Dump.class::isInstance)
                .map(Dump.class::cast)
                .anyMatch(dump -> dump.getState() == DumpState.CAPTURING
                        && dump.getStripes().get(0).getMetadataOffset() >= 0);
    }

    private String kindAt(String topic, int partition, long offset) {
        ProducerRecord<byte[], byte[]> record = fixture.cluster.on(topic).stream()
                .filter(r -> r.partition() == partition)
                .toList()
                .get((int) offset);
        return SentDump.decode(record).getSchema().getName();
    }

    @Test
    void shouldEndAStripeWithoutAnyKeptPage() throws Exception {
        fixture.stripeBytes = 1L << 30;
        long gib = CaptureFixture.GIB_PAGES;
        List<String> calls = new ArrayList<>();
        fixture.progress = (stage, done, total) -> calls.add(stage + " " + done + "/" + total);
        Capture.Result result = fixture.run(new FakeVmcore()
                .memory(0, 1_024)
                .memory(gib, gib + 1_024)
                .free(0, 10)
                .free(gib, 10));

        assertThat(result.pages()).isZero();
        assertThat(SentDump.of(fixture.cluster).ends).hasSize(2);
        StripeState last = fixture.last().getStripes().get(1);
        assertThat(last.getDataOffset()).isEqualTo(last.getDataEnd()).isNotNegative();
        assertThat(calls).endsWith("COPYING 0/0");
    }

    @Test
    void shouldTellTheProgressOfBothStages() throws Exception {
        List<String> calls = new ArrayList<>();
        fixture.progress = (stage, done, total) -> calls.add(stage + " " + done + "/" + total);
        fixture.run(new FakeVmcore()
                .memory(0, 33_000)
                .contents(0, 33_000, Content.ZERO)
                .free(0, 10));

        assertThat(calls).startsWith("DESCRIBING 32768/33000", "DESCRIBING 33000/33000");
        assertThat(calls).endsWith("COPYING 31976/31976");
    }

    @Test
    void shouldNotSendARecordOlderThanTheManifestSays() throws Exception {
        fixture.run(new FakeVmcore().memory(0, 600));

        long openedAt = fixture.last().getManifest().getOpenedAt();
        assertThat(fixture.cluster.records).allMatch(record -> record.timestamp() >= openedAt);
    }

    @Test
    void shouldCountTheBytesOfRecords() throws Exception {
        Capture.Result result = fixture.run(new FakeVmcore().memory(0, 600));

        assertThat(result.metadataRecordBytes()).isEqualTo(bytesOn(FakeCluster.TOPICS.pageMetadata()));
        assertThat(result.dataRecordBytes()).isEqualTo(bytesOn(FakeCluster.TOPICS.pageData()));
        assertThat(result.dumpId()).isEqualTo(CaptureFixture.DUMP_ID);
    }

    private long bytesOn(String topic) {
        return fixture.cluster.on(topic).stream()
                .mapToLong(record -> record.value().length)
                .sum();
    }

    @Test
    void shouldSendTheKernelLogUnderItsOwnKey() throws Exception {
        FakeVmcore vmcore = new FakeVmcore().memory(0, 3);
        fixture.run(vmcore);

        ProducerRecord<byte[], byte[]> first = fixture.cluster.records.get(0);
        assertThat(first.key()).isEqualTo(Keys.kernelLog(CaptureFixture.DUMP_ID));
        KernelLogRecord log = (KernelLogRecord) SentDump.decode(first);
        assertThat(log.getText()).isEqualTo(ByteBuffer.wrap(vmcore.log));
        assertThat(log.getComplete()).isTrue();
    }
}
