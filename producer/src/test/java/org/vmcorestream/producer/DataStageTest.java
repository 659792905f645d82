// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.codec.PageCompressor;
import org.vmcorestream.vmcore.memory.RunLookup;

class DataStageTest {
    private static final int STRIPE_PAGES = 1_000;

    private final CaptureFixture fixture = new CaptureFixture();
    private final List<StripeProgress> stripes = new ArrayList<>();

    /** Sends stripes of 1,000 pages each; of each it is said which part it is of, or that nothing of it is kept. */
    private List<SpecificRecordBase> send(int[] parts, int empty) throws Exception {
        FakeVmcore vmcore = new FakeVmcore().memory(0, (long) parts.length * STRIPE_PAGES);
        CaptureSettings settings = fixture.settings();
        try (CaptureCluster clients = fixture.cluster.clients()) {
            SendFailure failure = new SendFailure(topic -> OptionalLong.empty());
            for (int i = 0; i < parts.length; i++) {
                stripes.add(new StripeProgress(new Stripe(
                        i, (long) i * STRIPE_PAGES, (i + 1L) * STRIPE_PAGES, 1, i % FakeCluster.PARTITIONS, parts[i])));
            }
            RecordSender dumps =
                    new RecordSender(clients.metadata(), settings.topics().dumps(), settings.dumpId(), 1, failure);
            RecordSender data =
                    new RecordSender(clients.data(), settings.topics().pageData(), settings.dumpId(), 1, failure);
            DumpLife life = new DumpLife(
                    dumps,
                    Manifests.manifest(vmcore, settings, 1),
                    List.of(),
                    stripes,
                    FakeCluster.DUMP_PARTITIONS,
                    System::nanoTime);
            RunLookup backed = new RunLookup(List.of(new PfnRun(0, (long) parts.length * STRIPE_PAGES)));
            try (DataStage stage = new DataStage(
                    settings,
                    vmcore.pages(),
                    FakeVmcore.PAGE,
                    () -> PageCompressor.of(fixture.codec),
                    data,
                    life,
                    CaptureProgress.NONE)) {
                long pages = 0;
                for (StripeProgress stripe : stripes) {
                    KeptPages kept = new KeptPages(backed, fixture.budget);
                    stage.add(stripe, kept);
                    if (stripe.stripe().number() != empty) {
                        kept.add(verdict(stripe.stripe().firstPfn()));
                    }
                    kept.end(null);
                    stage.prepare();
                    pages += kept.pages();
                }
                assertThat(fixture.cluster.on(FakeCluster.TOPICS.pageData()))
                        .as("sent while describing")
                        .isEmpty();
                stage.send(pages);
            }
        }
        return fixture.cluster.on(FakeCluster.TOPICS.pageData()).stream()
                .map(SentDump::decode)
                .toList();
    }

    private static VerdictRuns verdict(long first) {
        VerdictRuns verdict = new VerdictRuns();
        verdict.begin(first);
        verdict.append(RuleSet.KEPT, STRIPE_PAGES);
        return verdict;
    }

    private static List<Integer> stripesOf(List<SpecificRecordBase> records) {
        List<Integer> numbers = new ArrayList<>();
        for (SpecificRecordBase record : records) {
            if (record instanceof PageBatch batch) {
                numbers.add(batch.getStripe());
            }
        }
        return numbers;
    }

    @Test
    void shouldSendTheStripesOfOnePartOneAfterTheOther() throws Exception {
        List<SpecificRecordBase> sent = send(new int[] {0, 0, 0}, -1);

        assertThat(stripesOf(sent)).containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2);
        assertThat(ends(sent)).containsExactly(0, 1, 2);
    }

    @Test
    void shouldSendThePartsInTurnsAndEachInOrder() throws Exception {
        List<SpecificRecordBase> sent = send(new int[] {0, 0, 1, 1}, -1);

        List<Integer> numbers = stripesOf(sent);
        assertThat(numbers).hasSize(20);
        assertThat(numbers.stream().filter(n -> n < 2)).containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 1);
        assertThat(numbers.stream().filter(n -> n >= 2)).containsExactly(2, 2, 2, 2, 2, 3, 3, 3, 3, 3);
        assertThat(numbers.subList(10, 20)).as("both parts in the second half").contains(1, 3);
        assertThat(ends(sent)).containsExactlyInAnyOrder(0, 1, 2, 3);
        for (StripeProgress stripe : stripes) {
            assertThat(stripe.totals().pages()).isEqualTo(STRIPE_PAGES);
            assertThat(stripe.totals().batches()).isEqualTo(5);
        }
    }

    @Test
    void shouldEndAStripeOfWhichNothingIsSent() throws Exception {
        List<SpecificRecordBase> sent = send(new int[] {0, 0, 1}, 1);

        assertThat(stripesOf(sent)).doesNotContain(1).hasSize(10);
        assertThat(ends(sent)).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(stripes.get(1).totals()).isEqualTo(DataTotals.NONE);
    }

    private static List<Integer> ends(List<SpecificRecordBase> records) {
        return records.stream()
                .filter(StripeEnd.class::isInstance)
                .map(record -> ((StripeEnd) record).getStripe())
                .toList();
    }

    @Test
    void shouldKeepRecordsBelowTheUsualLimitWhateverTheyHold() throws Exception {
        fixture.cluster.passPageDataTo(record -> assertThat(size(record)).isLessThan(1_048_588 - 100));
        FakeVmcore vmcore = new FakeVmcore().memory(0, 40_000).otherContents(FakeVmcore.Content.NOISE);
        vmcore.sparse(1_000, 35_000);
        fixture.run(vmcore);
    }

    private static int size(ProducerRecord<byte[], byte[]> record) {
        return record.key().length + record.value().length + 300;
    }
}
