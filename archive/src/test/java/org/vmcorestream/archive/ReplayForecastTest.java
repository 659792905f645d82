// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.schemas.records.StripeState;

class ReplayForecastTest {
    private static final RuleSet LEVEL_1 = BuiltInRuleSets.level(1);
    private static final String DATA = SampleDumps.DATA;

    private final StoredFleet fleet = new StoredFleet();
    private final FakeCluster cluster = fleet.cluster;
    private RandomMemory memory;
    private StoredDump dump;

    @BeforeEach
    void sendADump() {
        memory = new RandomMemory(new Random(11), 2, 8, 400);
        dump = fleet.send(memory, List.of());
        for (StripeState stripe : dump.dump().getStripes()) {
            sendContents(stripe);
        }
    }

    /** Four batches, which begin with the first, third, fifth and seventh chunk, and the end. */
    private void sendContents(StripeState stripe) {
        int partition = stripe.getPartition();
        byte[] key = Keys.stripe(dump.id(), stripe.getStripe());
        cluster.add(DATA, partition, 1, Keys.stripe("another", 0), new byte[5]);
        for (int batch = 0; batch < 4; batch++) {
            long firstPfn = stripe.getFirstPfn() + 2L * batch * Chunk.PAGES;
            long offset = cluster.add(DATA, partition, 1, key, batch(stripe.getStripe(), batch, firstPfn));
            if (batch == 0) {
                stripe.setDataOffset(offset);
            }
            cluster.add(DATA, partition, 1, Keys.stripe("another", 0), new byte[5]);
        }
        stripe.setDataEnd(
                cluster.add(DATA, partition, 1, key, new StripeEnd(dump.id(), stripe.getStripe(), 4, 4L, 0L, 4L, 0)));
    }

    private PageBatch batch(int stripe, int sequence, long firstPfn) {
        ByteBuffer none = ByteBuffer.allocate(1);
        return new PageBatch(dump.id(), stripe, sequence, firstPfn, 1, PageCodecName.ZSTD, none, none);
    }

    private ForecastRow forecast(RuleSet ruleSet) {
        List<ForecastRow> rows = new ArrayList<>();
        try (ReplayForecast forecast = new ReplayForecast(
                fleet.decider(), new ContentsProbe(cluster::cursor, DATA), fleet::named, ruleSet, rows::add)) {
            forecast.add(dump);
            forecast.finish();
        }
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    /** Pages that a rule set keeps and that were captured, before a page frame. */
    private long captured(RuleSet ruleSet, long firstPfn, long endPfn) {
        PagewiseVerdict verdict = new PagewiseVerdict(memory, ruleSet);
        PagewiseVerdict capture = new PagewiseVerdict(memory, BuiltInRuleSets.capture());
        long pages = 0;
        for (int pfn = (int) firstPfn; pfn < endPfn; pfn++) {
            pages += verdict.keeps(pfn) && capture.keeps(pfn) ? 1 : 0;
        }
        return pages;
    }

    @Test
    void shouldSayWhatWasNeverCaptured() {
        ForecastRow row = forecast(LEVEL_1);

        assertThat(row.problem()).isEmpty();
        assertThat(row.decision().expired()).isZero();
        assertThat(row.expiredBatches()).isZero();
        assertThat(row.expiredStripes()).isZero();
        assertThat(row.unsentStripes()).isZero();
        assertThat(row.decision().notCaptured().of("free")).isPositive();
        assertThat(row.decision().available()).isEqualTo(captured(LEVEL_1, 0, memory.endPfn(1)));
        assertThat(row.complete()).isFalse();
        assertThat(forecast(BuiltInRuleSets.level(17)).complete()).isTrue();
    }

    @Test
    void shouldCountWhatHasExpiredOfAStripe() {
        StripeState stripe = dump.stripe(1);
        cluster.expire(DATA, stripe.getPartition(), stripe.getDataOffset() + 3);

        ForecastRow row = forecast(BuiltInRuleSets.level(17));

        assertThat(row.problem()).isEmpty();
        assertThat(row.expiredBatches()).isEqualTo(2);
        assertThat(row.expiredStripes()).isZero();
        assertThat(row.decision().expired())
                .isPositive()
                .isEqualTo(captured(
                        BuiltInRuleSets.level(17), stripe.getFirstPfn(), stripe.getFirstPfn() + 4L * Chunk.PAGES));
        assertThat(row.complete()).isFalse();
    }

    @Test
    void shouldCountAStripeOfWhichAllContentsHaveExpired() {
        StripeState stripe = dump.stripe(0);
        long lost = captured(LEVEL_1, stripe.getFirstPfn(), stripe.getEndPfn());
        for (long beginning : new long[] {stripe.getDataEnd(), stripe.getDataEnd() + 1}) {
            cluster.expire(DATA, stripe.getPartition(), beginning);

            ForecastRow row = forecast(LEVEL_1);

            assertThat(row.expiredStripes()).isEqualTo(1);
            assertThat(row.decision().expired()).isPositive().isEqualTo(lost);
        }
    }

    @Test
    void shouldNotReadContentsThatHaveNotBegunToExpire() {
        forecast(LEVEL_1);

        FakeConsumer ofContents = cluster.consumers.get(0);
        assertThat(ofContents.polls).isZero();
    }

    @Test
    void shouldTellOfStripesThatWereNeverSentWhole() {
        dump.stripe(0).setDataEnd(-1L);
        dump.stripe(1).setDataOffset(-1L);
        dump.stripe(1).setDataEnd(-1L);

        ForecastRow row = forecast(BuiltInRuleSets.level(17));

        assertThat(row.problem()).isEmpty();
        assertThat(row.unsentStripes()).isEqualTo(2);
        assertThat(row.complete()).isFalse();
    }

    @Test
    void shouldSayThatMetadataHasExpired() {
        StripeState stripe = dump.stripe(1);
        cluster.expire(SampleDumps.METADATA, stripe.getPartition(), stripe.getMetadataOffset() + 1);

        ForecastRow row = forecast(LEVEL_1);

        assertThat(row.problem()).contains("it expired").contains("vmcore.page-metadata-");
        assertThat(row.decision()).isNull();
        assertThat(row.complete()).isFalse();
    }

    @Test
    void shouldRefuseContentsThatMakeNoSense() {
        StripeState stripe = dump.stripe(0);
        cluster.expire(DATA, stripe.getPartition(), stripe.getDataEnd());
        cluster.compact(DATA, stripe.getPartition(), stripe.getDataEnd());
        byte[] key = Keys.stripe(dump.id(), 0);
        stripe.setDataEnd(cluster.add(DATA, stripe.getPartition(), 1, key, batch(0, -1, 0)));
        assertThat(forecast(LEVEL_1).problem()).endsWith("sequence is -1, expected 0 or more");

        cluster.compact(DATA, stripe.getPartition(), stripe.getDataEnd());
        stripe.setDataEnd(cluster.add(DATA, stripe.getPartition(), 1, key, batch(0, 1, stripe.getEndPfn())));
        assertThat(forecast(LEVEL_1).problem()).endsWith("firstPfn is 262144, expected 0 to 262143");

        cluster.compact(DATA, stripe.getPartition(), stripe.getDataEnd());
        stripe.setDataEnd(cluster.add(DATA, stripe.getPartition(), 1, key, new byte[3]));
        assertThat(forecast(LEVEL_1).problem()).contains("record of 3 bytes, expected at least 10");

        stripe.setPartition(99);
        assertThat(forecast(LEVEL_1).problem()).contains("is said to be on partition 99 of vmcore.page-data");
    }
}
