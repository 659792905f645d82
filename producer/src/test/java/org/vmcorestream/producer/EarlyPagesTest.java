// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.producer.FakeVmcore.Content;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.vmcore.SparsePfnBitmap;

/** What the kernel itself needs is sent before the rest, and what was cut short goes on from there. */
class EarlyPagesTest {
    private static final long GIB = CaptureFixture.GIB_PAGES;
    private static final List<String> STRIPE_TOPICS =
            List.of(FakeCluster.TOPICS.pageMetadata(), FakeCluster.TOPICS.pageData());

    private final CaptureFixture fixture = fixture(1);

    private static CaptureFixture fixture(int parts) {
        CaptureFixture fixture = new CaptureFixture();
        fixture.stripeBytes = 1L << 30;
        fixture.parts = parts;
        fixture.early = true;
        return fixture;
    }

    /** Pages of files among those of the kernel, in three stripes; the last has nothing else. */
    private static FakeVmcore guest() {
        return new FakeVmcore()
                .memory(0, 3_000)
                .memory(GIB, GIB + 34_000)
                .memory(2 * GIB, 2 * GIB + 600)
                .cache(100, 900)
                .cache(1_000, 1_001)
                .cache(2_000, 2_700)
                .cache(GIB + 50, GIB + 600)
                .cache(GIB + 32_760, GIB + 33_900)
                .cache(2 * GIB, 2 * GIB + 600)
                .free(GIB + 1_024, 9)
                .contents(GIB, GIB + 500, Content.NOISE)
                .sparse(GIB + 4_096, GIB + 32_000);
    }

    private static boolean isCache(long pfn) {
        long inGib = pfn % GIB;
        return switch ((int) (pfn / GIB)) {
            case 0 -> inGib >= 100 && inGib < 900 || inGib == 1_000 || inGib >= 2_000 && inGib < 2_700;
            case 1 -> inGib >= 50 && inGib < 600 || inGib >= 32_760 && inGib < 33_900;
            default -> true;
        };
    }

    private static boolean isOfStripe(ProducerRecord<byte[], byte[]> record) {
        return STRIPE_TOPICS.contains(record.topic());
    }

    private static long ofStripes(CaptureFixture fixture) {
        return fixture.cluster.records.stream()
                .filter(EarlyPagesTest::isOfStripe)
                .count();
    }

    private static Map<String, List<String>> sent(CaptureFixture fixture) {
        Map<String, List<String>> sent = new TreeMap<>();
        for (String topic : STRIPE_TOPICS) {
            for (ProducerRecord<byte[], byte[]> record : fixture.cluster.on(topic)) {
                String stripe = new String(record.key(), StandardCharsets.UTF_8).split("/")[1];
                sent.computeIfAbsent(topic + "/" + stripe, name -> new ArrayList<>())
                        .add(Arrays.hashCode(record.value()) + " of " + record.value().length + " "
                                + RecordHeaders.text(record.headers(), RecordHeaders.TOTALS));
            }
        }
        return sent;
    }

    @Test
    void shouldSendWhatLevel31KeepsBeforeAllElseAndEveryPageOnce() throws Exception {
        FakeVmcore guest = guest();
        Capture.Result result = fixture.run(guest);

        SentDump dump = SentDump.of(fixture.cluster);
        CaptureFixture plain = fixture(1);
        plain.early = false;
        Capture.Result other = plain.run(guest());
        SentDump inOrder = SentDump.of(plain.cluster);
        assertThat(dump.pages.keySet()).isEqualTo(inOrder.pages.keySet());
        dump.pages.forEach((pfn, page) -> assertThat(page).as("pfn %d", pfn).isEqualTo(guest.page(pfn)));
        assertThat(dump.kinds).isEqualTo(inOrder.kinds);
        assertThat(guest.readTwice).isEmpty();
        assertThat(result.pages()).isEqualTo(other.pages()).isEqualTo(dump.pages.size());
        assertThat(result.zeroPages()).isEqualTo(other.zeroPages());
        assertThat(dump.batches)
                .extracting(PageBatch::getStripe)
                .isSorted()
                .startsWith(-1)
                .endsWith(2);
        long early = dump.pages.keySet().stream().filter(pfn -> !isCache(pfn)).count();
        StripeState told = fixture.last().getEarly().get(0);
        assertThat(told.getPages()).isEqualTo(early).isPositive();
        assertThat(told.getFirstPfn()).isZero();
        assertThat(told.getEndPfn()).isEqualTo(2 * GIB + 600);
        assertThat(told.getMetadataOffset()).isEqualTo(-1);
        assertThat(fixture.last().getStripes().stream()
                        .mapToLong(StripeState::getPages)
                        .sum())
                .isEqualTo(dump.pages.size() - early);
    }

    @Test
    void shouldTellFromTheFirstRecordOnThatPagesAreSentEarly() throws Exception {
        fixture.run(guest());
        assertThat(fixture.life()).allMatch(dump -> dump.getEarly().size() == 1);
        assertThat(fixture.life().get(0).getEarly().get(0).getDataOffset()).isEqualTo(-1);
    }

    @Test
    void shouldSendEarlyPagesOfEachPart() throws Exception {
        CaptureFixture parts = fixture(3);
        parts.run(guest());
        assertThat(parts.last().getEarly()).extracting(StripeState::getStripe).containsExactly(-1, -2, -3);
        assertThat(parts.last().getEarly())
                .extracting(StripeState::getEndPfn)
                .containsExactly(GIB, 2 * GIB, 2 * GIB + 600);
        assertThat(parts.last().getEarly().get(2).getPages()).isZero();
        assertThat(parts.last().getEarly().get(2).getDataEnd()).isNotNegative();
    }

    @Test
    void shouldSendTheSameHoweverLittleIsRemembered() throws Exception {
        fixture.run(guest());
        for (int blocks = 0; blocks < 3; blocks++) {
            CaptureFixture little = fixture(1);
            little.budget = new KeptBudget(blocks * KeptRuns.BLOCK);
            FakeVmcore guest = guest();
            little.run(guest);
            assertThat(sent(little)).as("%d blocks", blocks).isEqualTo(sent(fixture));
            assertThat(guest.readTwice).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"level-30", "level-31", "level-31-e"})
    void shouldSendTheMemoryMapBehindAllElseWhereNothingButTheKernelsIsLeft(String level) throws Exception {
        fixture.capture = BuiltInRuleSets.named(level).orElseThrow();
        FakeVmcore guest = withMemmap();
        Capture.Result result = fixture.run(guest);

        SentDump dump = SentDump.of(fixture.cluster);
        CaptureFixture plain = fixture(1);
        plain.early = false;
        plain.capture = fixture.capture;
        plain.run(withMemmap());
        SentDump inOrder = SentDump.of(plain.cluster);
        assertThat(dump.pages.keySet()).isEqualTo(inOrder.pages.keySet());
        assertThat(dump.kinds).isEqualTo(inOrder.kinds);
        assertThat(guest.readTwice).isEmpty();
        assertThat(result.pages()).isEqualTo(dump.pages.size());
        List<Long> order = new ArrayList<>();
        for (PageBatch batch : dump.batches) {
            PageBatchIndex index = new PageBatchIndex();
            index.decode(
                    batch.getIndex(),
                    batch.getFirstPfn(),
                    batch.getPages(),
                    FakeVmcore.PAGE,
                    batch.getData().remaining());
            for (int i = 0; i < batch.getPages(); i++) {
                order.add(index.pfn(i));
            }
        }
        assertThat(order).doesNotHaveDuplicates().hasSize(dump.pages.size());
        assertThat(order.stream().dropWhile(pfn -> !isMemmap(pfn))).allMatch(EarlyPagesTest::isMemmap);
        assertThat(order.stream().filter(EarlyPagesTest::isMemmap)).hasSize(2 * 512 - 40);
        long behind = dump.pages.keySet().stream()
                .filter(pfn -> pfn > GIB + 1_600 && !isMemmap(pfn))
                .count();
        assertThat(fixture.last().getEarly().get(0).getPages())
                .as("what lies below the memory map goes with its stripe")
                .isEqualTo(behind)
                .isPositive();
    }

    @Test
    void shouldSendNothingEarlyOfAPartWithoutMemoryMap() throws Exception {
        CaptureFixture parts = fixture(3);
        parts.capture = BuiltInRuleSets.level(31);
        parts.run(withMemmap());
        assertThat(parts.last().getEarly().get(0).getPages()).isZero();
        assertThat(parts.last().getEarly().get(1).getPages()).isPositive();
        assertThat(parts.last().getEarly().get(2).getPages()).isZero();
        assertThat(parts.last().getEarly()).allMatch(early -> early.getDataEnd() >= 0);
    }

    /** The memory map lies in the second stripe, in two places, with other pages behind each. */
    private static FakeVmcore withMemmap() {
        return guest().memmap(0, GIB + 1_600)
                .memmap(GIB / Chunk.PAGES, GIB + 2_500)
                .cache(GIB + 1_700, GIB + 1_740);
    }

    private static boolean isMemmap(long pfn) {
        return pfn >= GIB + 1_600 && pfn < GIB + 2_112 || pfn >= GIB + 2_500 && pfn < GIB + 3_012;
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 31})
    void shouldSendAllInOrderWhereItIsNotKnownWhichPagesAreTheMemoryMap(int level) throws Exception {
        fixture.capture = BuiltInRuleSets.level(level);
        fixture.run(guest());
        assertThat(fixture.last().getEarly()).isEmpty();
        assertThat(fixture.last().getStripes()).allMatch(stripe -> stripe.getDataEnd() >= 0);
    }

    @ParameterizedTest
    @CsvSource({"capture, 1, 1", "capture, 1, 3", "capture, 3, 2", "level-31, 1, 2"})
    void shouldGoOnWhereverItWasCutAndSendNothingTwice(String capture, int parts, int cuts) throws Exception {
        CaptureFixture whole = fixture(parts);
        whole.capture = BuiltInRuleSets.named(capture).orElseThrow();
        whole.run(withMemmap());
        Map<String, List<String>> expected = sent(whole);
        int records = whole.cluster.records.size();
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 5; round++) {
            CaptureFixture cut = fixture(parts);
            cut.capture = whole.capture;
            cut.cluster.cutAt(2 + random.nextInt(records - 3));
            // How many records tell of its life depends on the time: one that is cut behind its end is whole.
            Throwable end = catchThrowable(() -> cut.run(withMemmap()));
            assertThat(end == null || end instanceof FakeCluster.Cut).isTrue();
            for (int i = 1; i < cuts && cut.last().getState() != DumpState.CAPTURED; i++) {
                cut.cutNextAt = cut.cluster.records.size() + 1 + random.nextInt(8);
                try {
                    cut.resume(withMemmap(), new FakePartitionLog(cut.cluster));
                } catch (FakeCluster.Cut e) {
                    continue;
                }
            }
            cut.cutNextAt = Integer.MAX_VALUE;
            if (cut.last().getState() != DumpState.CAPTURED) {
                cut.resume(withMemmap(), new FakePartitionLog(cut.cluster));
            }
            assertThat(sent(cut)).as("seed %d, round %d", seed, round).isEqualTo(expected);
            Dump last = cut.last();
            assertThat(last.getState()).isEqualTo(DumpState.CAPTURED);
            assertThat(last.getEarly())
                    .extracting(StripeState::getDigest)
                    .isEqualTo(whole.last().getEarly().stream()
                            .map(StripeState::getDigest)
                            .toList());
        }
    }

    @Test
    void shouldSendEarlyPagesAnewThatHaveExpired() throws Exception {
        CaptureFixture whole = fixture(1);
        whole.run(guest());
        long all = ofStripes(whole);
        fixture.cluster.cutBefore(record -> isOfStripe(record) && ofStripes(fixture) == all - 1);
        assertThatThrownBy(() -> fixture.run(guest())).isInstanceOf(FakeCluster.Cut.class);
        int partition = whole.last().getEarly().get(0).getPartition();
        long before = whole.last().getEarly().get(0).getDataEnd() + 1;

        FakeVmcore again = guest();
        fixture.resume(again, new FakePartitionLog(fixture.cluster).expire(FakeCluster.TOPICS.pageData(), before));

        assertThat(again.pagesRead).contains(0L);
        StripeState early = fixture.last().getEarly().get(0);
        assertThat(early.getPartition()).isEqualTo(partition);
        assertThat(early.getDataOffset()).isGreaterThanOrEqualTo(before);
        assertThat(early.getDigest()).isEqualTo(whole.last().getEarly().get(0).getDigest());
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
    }

    @Test
    void shouldSplitAVerdictPageByPage() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            int pages = 1 + random.nextInt(Chunk.PAGES);
            VerdictRuns capture = random(random, pages);
            VerdictRuns kernel = random(random, pages);
            VerdictRuns early = new VerdictRuns();
            VerdictRuns later = new VerdictRuns();
            EarlyPages.split(capture, kernel, early, later);
            boolean[] captured = kept(capture);
            boolean[] kernels = kept(kernel);
            boolean[] first = kept(early);
            boolean[] second = kept(later);
            assertThat(early.pages()).isEqualTo(pages);
            assertThat(later.pages()).isEqualTo(pages);
            assertThat(early.firstPfn()).isEqualTo(later.firstPfn()).isEqualTo(capture.firstPfn());
            for (int i = 0; i < pages; i++) {
                if (first[i] != (captured[i] && kernels[i]) || second[i] != (captured[i] && !kernels[i])) {
                    throw new AssertionError("seed " + seed + " page " + i);
                }
            }
        }
    }

    @Test
    void shouldTakeTheMemoryMapOutOfAVerdictPageByPage() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            int pages = 1 + random.nextInt(Chunk.PAGES);
            VerdictRuns capture = random(random, pages);
            long base = capture.firstPfn();
            SparsePfnBitmap memmap = new SparsePfnBitmap(base + 2L * Chunk.PAGES, 4);
            BitSet map = new BitSet();
            for (int runs = random.nextInt(20); runs > 0; runs--) {
                int from = random.nextInt(pages);
                int to = from + random.nextInt(1 << random.nextInt(16));
                memmap.add(base + from, base + to);
                map.set(from, to);
            }
            memmap.add(0, random.nextInt(100));
            int firstEarly = random.nextInt(pages + 1) * random.nextInt(2);
            map.set(0, firstEarly);
            VerdictRuns early = new VerdictRuns();
            VerdictRuns later = new VerdictRuns();
            EarlyPages.split(capture, memmap, base + firstEarly, early, later);
            boolean[] captured = kept(capture);
            boolean[] first = kept(early);
            boolean[] second = kept(later);
            assertThat(early.pages()).isEqualTo(later.pages()).isEqualTo(pages);
            assertThat(early.firstPfn()).isEqualTo(later.firstPfn()).isEqualTo(base);
            for (int i = 0; i < pages; i++) {
                if (first[i] != (captured[i] && !map.get(i)) || second[i] != (captured[i] && map.get(i))) {
                    throw new AssertionError("seed " + seed + " page " + i);
                }
            }
        }
    }

    private static VerdictRuns random(Random random, int pages) {
        VerdictRuns runs = new VerdictRuns();
        runs.begin(3L * Chunk.PAGES);
        int most = 1 << random.nextInt(12);
        for (int left = pages; left > 0; ) {
            int length = Math.min(left, 1 + random.nextInt(most));
            runs.append(random.nextInt(4), length);
            left -= length;
        }
        return runs;
    }

    private static boolean[] kept(VerdictRuns runs) {
        boolean[] kept = new boolean[runs.pages()];
        int at = 0;
        for (int run = 0; run < runs.runs(); run++) {
            Arrays.fill(kept, at, at + runs.length(run), runs.reason(run) == RuleSet.KEPT);
            at += runs.length(run);
        }
        return kept;
    }
}
