// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.producer.FakeVmcore.Content;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.vmcore.VmcoreException;

/** A capture that was cut short and goes on sends what an undisturbed one sends, once. */
class ResumeTest {
    private static final long GIB = CaptureFixture.GIB_PAGES;
    private static final List<String> STRIPE_TOPICS =
            List.of(FakeCluster.TOPICS.pageMetadata(), FakeCluster.TOPICS.pageData());

    private final CaptureFixture fixture = fixture(1);

    static CaptureFixture fixture(int parts) {
        CaptureFixture fixture = new CaptureFixture();
        fixture.stripeBytes = 1L << 30;
        fixture.parts = parts;
        return fixture;
    }

    static FakeVmcore guest() {
        return new FakeVmcore()
                .memory(0, 2_000)
                .memory(GIB, GIB + 3_000)
                .memory(2 * GIB, 2 * GIB + 34_000)
                .free(GIB + 1_024, 9)
                .free(2 * GIB + 1_024, 10)
                .free(2 * GIB + 2_048, 10)
                .contents(GIB, GIB + 500, Content.NOISE)
                .sparse(2 * GIB + 4_096, 2 * GIB + 33_000);
    }

    /** Values of the records of each stripe in order, by topic and stripe. */
    static Map<String, List<String>> sent(CaptureFixture fixture) {
        Map<String, List<String>> sent = new TreeMap<>();
        for (String topic : STRIPE_TOPICS) {
            for (ProducerRecord<byte[], byte[]> record : fixture.cluster.on(topic)) {
                String stripe = new String(record.key(), StandardCharsets.UTF_8).split("/")[1];
                sent.computeIfAbsent(topic + "/" + stripe, name -> new ArrayList<>())
                        .add(Integer.toHexString(Arrays.hashCode(record.value())) + " of " + record.value().length + " "
                                + RecordHeaders.text(record.headers(), RecordHeaders.TOTALS));
            }
        }
        return sent;
    }

    private static Map<String, List<String>> undisturbed(int parts) throws Exception {
        CaptureFixture whole = fixture(parts);
        whole.run(guest());
        return sent(whole);
    }

    /** A clock by which two captures announce the same. */
    private static LongSupplier steady() {
        long[] now = new long[1];
        return () -> now[0] += 10_000_000;
    }

    private static void cut(CaptureFixture fixture, int records) {
        fixture.cluster.cutAt(records);
        assertThatThrownBy(() -> fixture.run(guest())).isInstanceOf(FakeCluster.Cut.class);
    }

    /** Number of the first record of a kind, from 1. */
    private static int firstOf(CaptureFixture whole, String kind, int skipped) {
        int left = skipped;
        for (int i = 0; i < whole.cluster.records.size(); i++) {
            if (kind.equals(RecordHeaders.text(whole.cluster.records.get(i).headers(), RecordHeaders.KIND))
                    && left-- == 0) {
                return i + 1;
            }
        }
        throw new AssertionError("no " + kind);
    }

    @Test
    void shouldSendOnlyTheLastStripeWhenCutBetweenTwo() throws Exception {
        CaptureFixture whole = fixture(1);
        whole.run(guest());
        cut(fixture, firstOf(whole, "StripeEnd", 1) + 1);
        int before = fixture.cluster.records.size();
        FakeVmcore again = guest();
        fixture.resume(again, new FakePartitionLog(fixture.cluster));

        assertThat(sent(fixture)).isEqualTo(sent(whole));
        assertThat(again.pagesRead).isNotEmpty().allMatch(pfn -> pfn >= 2 * GIB);
        assertThat(fixture.cluster.records.subList(before, fixture.cluster.records.size()))
                .noneMatch(record -> record.topic().equals(FakeCluster.TOPICS.pageMetadata()));
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
        assertThat(fixture.last().getManifest()).isEqualTo(fixture.life().get(0).getManifest());
        assertThat(fixture.last().getStripes()).isEqualTo(whole.last().getStripes());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldSendTheSameRecordsOnceWhereverItWasCut(int parts) throws Exception {
        Map<String, List<String>> expected = undisturbed(parts);
        int records = expected.values().stream().mapToInt(List::size).sum();
        for (int seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            CaptureFixture cut = fixture(parts);
            cut.threads = 1 + random.nextInt(3);
            if (random.nextBoolean()) {
                // Topic dumps is told as little as can be.
                cut.nanoClock = () -> 0;
            }
            cut(cut, 2 + random.nextInt(records));
            int cuts = 1;
            for (; cuts < 4 && random.nextBoolean(); cuts++) {
                cut.cluster.restart();
                cut.threads = 1 + random.nextInt(3);
                int at = cut.cluster.records.size() + 1 + random.nextInt(8);
                try {
                    resumeAndCut(cut, at);
                } catch (FakeCluster.Cut e) {
                    continue;
                }
                break;
            }
            if (cut.last().getState() != DumpState.CAPTURED) {
                cut.resume(guest(), new FakePartitionLog(cut.cluster));
            }
            assertThat(sent(cut))
                    .as("seed %d, %d parts, %d cuts", seed, parts, cuts)
                    .isEqualTo(expected);
            Dump last = cut.last();
            assertThat(last.getState()).isEqualTo(DumpState.CAPTURED);
            assertThat(last.getStripes()).allMatch(ResumeTest::whole);
        }
    }

    private static void resumeAndCut(CaptureFixture cut, int at) throws Exception {
        FakePartitionLog log = new FakePartitionLog(cut.cluster);
        try (DumpSearch search = new DumpSearch(log, FakeCluster.TOPICS, System::currentTimeMillis)) {
            BegunDump begun = search.named(CaptureFixture.DUMP_ID).orElseThrow();
            cut.cutNextAt = at;
            cut.resume(guest(), log, begun);
        } finally {
            cut.cutNextAt = Integer.MAX_VALUE;
        }
    }

    private static boolean whole(StripeState stripe) {
        return stripe.getMetadataOffset() >= 0
                && stripe.getMetadataEnd() > stripe.getMetadataOffset()
                && stripe.getDataEnd() >= stripe.getDataOffset()
                && stripe.getDataOffset() >= 0
                && stripe.getPages() > 0;
    }

    @Test
    void shouldGoOnAfterAFailureThatTheClusterWasToldOf() throws Exception {
        Map<String, List<String>> expected = undisturbed(1);
        assertThatThrownBy(() -> fixture.run(guest().unreadable(2 * GIB + 500))).isInstanceOf(VmcoreException.class);
        assertThat(fixture.last().getState()).isEqualTo(DumpState.FAILED);
        fixture.resume(guest(), new FakePartitionLog(fixture.cluster));
        assertThat(sent(fixture)).isEqualTo(expected);
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
        assertThat(fixture.last().getFailure()).isEmpty();
    }

    @Test
    void shouldSendAStripeAnewWhosePagesHaveExpired() throws Exception {
        CaptureFixture whole = fixture(1);
        whole.run(guest());
        cut(fixture, firstOf(whole, "PageBatch", 3) + 1);
        int before = fixture.cluster.records.size();
        FakeVmcore again = guest();
        fixture.resume(again, new FakePartitionLog(fixture.cluster).expire(FakeCluster.TOPICS.pageData(), 2));

        assertThat(again.pagesRead).contains(0L);
        StripeState first = fixture.last().getStripes().get(0);
        assertThat(first.getDataOffset()).as("offset of what was sent anew").isGreaterThanOrEqualTo(2);
        assertThat(first.getDigest()).isEqualTo(whole.last().getStripes().get(0).getDigest());
        assertThat(fixture.cluster.records.size()).isGreaterThan(before);
    }

    @Test
    void shouldSendAllPagesAnewThatTheClusterHasLost() throws Exception {
        CaptureFixture whole = fixture(1);
        whole.run(guest());
        cut(fixture, firstOf(whole, "StripeEnd", 1) + 1);
        fixture.cluster.records.removeIf(record -> record.topic().equals(FakeCluster.TOPICS.pageData()));
        fixture.resume(guest(), new FakePartitionLog(fixture.cluster));

        assertThat(sent(fixture)).isEqualTo(sent(whole));
        assertThat(fixture.last().getStripes()).isEqualTo(whole.last().getStripes());
    }

    @Test
    void shouldReadLittleOfWhatTheDumpSentBefore() throws Exception {
        CaptureFixture whole = fixture(1);
        whole.nanoClock = steady();
        whole.run(guest());
        fixture.nanoClock = steady();
        cut(fixture, whole.cluster.records.size() - 3);
        FakePartitionLog log = new FakePartitionLog(fixture.cluster);
        fixture.resume(guest(), log);
        int sent = fixture.cluster.on(FakeCluster.TOPICS.pageData()).size();
        assertThat(log.read.getOrDefault(FakeCluster.TOPICS.pageData(), 0)).isLessThan(sent / 2);
    }

    @Test
    void shouldFindTheNewestDumpOfTheVmcoreAndNoOther() throws Exception {
        fixture.cluster.cutAt(6);
        assertThatThrownBy(() -> fixture.run(guest())).isInstanceOf(FakeCluster.Cut.class);
        try (DumpSearch search =
                new DumpSearch(new FakePartitionLog(fixture.cluster), FakeCluster.TOPICS, System::currentTimeMillis)) {
            assertThat(search.newestOf(guest())).map(BegunDump::dumpId).contains(CaptureFixture.DUMP_ID);
            assertThat(search.newestOf(guest().memory(9 * GIB, 9 * GIB + 1))).isEmpty();
            FakeVmcore rebooted = guest();
            rebooted.vmcoreInfo += "KERNELOFFSET=1000000\n";
            assertThat(search.newestOf(rebooted)).isEmpty();
            assertThat(search.named(DumpId.of(1_700_000_000_000L, 5, 5))).isEmpty();
        }
    }

    @Test
    void shouldRefuseAnotherVmcoreAndSendNothing() {
        cut(fixture, 12);
        int before = fixture.cluster.records.size();
        FakeVmcore other = guest();
        other.vmcoreInfo += "KERNELOFFSET=1000000\n";
        assertThatThrownBy(() -> fixture.resume(other, new FakePartitionLog(fixture.cluster)))
                .isInstanceOf(UnfitSettingsException.class)
                .hasMessage("it is not the vmcore of dump " + CaptureFixture.DUMP_ID + ": the VMCOREINFO differs");
        assertThat(fixture.cluster.records).hasSize(before);
    }

    @Test
    void shouldRefuseAVmcoreWhosePagesAreOthersThanThoseDescribed() throws Exception {
        CaptureFixture whole = fixture(1);
        whole.run(guest());
        cut(fixture, firstOf(whole, "PageBatch", 2) + 1);
        int pages = fixture.cluster.on(FakeCluster.TOPICS.pageData()).size();
        assertThatThrownBy(() -> fixture.resume(guest().free(GIB + 512, 8), new FakePartitionLog(fixture.cluster)))
                .isInstanceOf(VmcoreException.class)
                .hasMessageContaining("digest of the descriptors of stripe 1 is ")
                .hasMessageContaining("it is not the same vmcore");
        assertThat(fixture.cluster.on(FakeCluster.TOPICS.pageData())).hasSize(pages);
    }

    @Test
    void shouldRefuseToGoOnWithACaptureThatIsAlive() throws Exception {
        cut(fixture, 12);
        FakePartitionLog log = new FakePartitionLog(fixture.cluster);
        try (DumpSearch search = new DumpSearch(log, FakeCluster.TOPICS, System::currentTimeMillis)) {
            BegunDump seen = search.named(CaptureFixture.DUMP_ID).orElseThrow();
            assertThat(search.awaitSilence(seen, Duration.ZERO)).contains(seen);
            ProducerRecord<byte[], byte[]> sign =
                    fixture.cluster.on(FakeCluster.TOPICS.dumps()).get(1);
            fixture.cluster.records.add(sign);
            assertThat(search.awaitSilence(seen, Duration.ZERO)).isEmpty();
        }
    }

    @Test
    void shouldSendAStripeAnewWhoseBatchesDoNotSayWhatCameBefore() throws Exception {
        CaptureFixture whole = fixture(1);
        whole.run(guest());
        cut(fixture, firstOf(whole, "PageBatch", 4) + 1);
        fixture.cluster
                .on(FakeCluster.TOPICS.pageData())
                .forEach(record -> record.headers().remove(RecordHeaders.TOTALS));
        FakeVmcore again = guest();
        fixture.resume(again, new FakePartitionLog(fixture.cluster));
        assertThat(again.pagesRead).contains(0L);
        assertThat(fixture.last().getStripes().get(0).getDigest())
                .isEqualTo(whole.last().getStripes().get(0).getDigest());
    }
}
