// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.vmcorestream.processor.StripeFixture.ANON;
import static org.vmcorestream.processor.StripeFixture.DUMP;
import static org.vmcorestream.processor.StripeFixture.KEPT;
import static org.vmcorestream.processor.StripeFixture.append;
import static org.vmcorestream.processor.StripeFixture.chunk;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeVerdict;

/** Pages of the memory map that a rule set with -e names, chunk by chunk. */
class UnusedVmemmapVerdictTest {
    private static final List<RuleSet> BOTH =
            List.of(BuiltInRuleSets.level(31), BuiltInRuleSets.withoutUnusedVmemmap(BuiltInRuleSets.level(31)));

    @TempDir
    private Path stateDir;

    private final StripeFixture stripe = StripeFixture.ofChunks(2);
    private Bench bench;

    @BeforeEach
    void begin() {
        stripe.structPageSize = 64;
        bench = bench("a");
    }

    private Bench bench(String name) {
        return new Bench(BOTH, Duration.ofDays(7), stateDir.resolve(name));
    }

    @AfterEach
    void end() {
        bench.close();
    }

    /** The first 100 pages and the last 32,000 are excluded. */
    private ChunkMetadata first() {
        return stripe.chunk(append(append(append(chunk(0), ANON, 100), KEPT, 668), ANON, 32_000), 500);
    }

    private ChunkMetadata second() {
        return stripe.chunk(append(chunk(1), ANON, 32_768), 1_500);
    }

    @Test
    void shouldNameThemOnlyWhereTheRuleSetDropsThem() {
        bench.send(stripe.opened(), first(), second(), stripe.closed());
        List<ChunkVerdict> verdicts = bench.verdicts(ChunkVerdict.class);
        assertThat(verdicts)
                .extracting(ChunkVerdict::getRuleSet)
                .containsExactly("level-31", "level-31-e", "level-31", "level-31-e");
        assertThat(verdicts.get(0).getVmemmap()).isEmpty();
        assertThat(verdicts.get(1).getVmemmap()).containsExactly(new PfnRange(500L, 501L), new PfnRange(512L, 1_012L));
        assertThat(verdicts.get(1).getRuns()).isEqualTo(verdicts.get(0).getRuns());
        assertThat(verdicts.get(1).getReasons()).isEqualTo(verdicts.get(0).getReasons());
        assertThat(verdicts.get(3).getVmemmap()).containsExactly(new PfnRange(1_500L, 2_012L));
        assertThat(bench.problems()).isEmpty();
    }

    @Test
    void shouldCountThemInTheStripeWhosePagesTheyDescribe() {
        bench.send(stripe.opened("level-31-e"), first(), second(), stripe.closed());
        StripeVerdict total = bench.verdicts(StripeVerdict.class).get(0);
        assertThat(total.getVmemmapPages()).isEqualTo(1_013);
        assertThat(total.getCounts()).contains(new ReasonCount("kept", 668L), new ReasonCount("vmemmap", 0L));
        ExclusionStats stats =
                (ExclusionStats) Bench.decode(bench.statsRecords().get(0).value());
        assertThat(stats.getCounts())
                .contains(
                        new ReasonCount("kept", 668L - 1_013),
                        new ReasonCount("user", 64_868L),
                        new ReasonCount("vmemmap", 1_013L));
        assertThat(stats.getRatio()).isCloseTo((64_868.0 + 1_013) / 65_536, within(1e-12));
    }

    @Test
    void shouldGoOnFromItsStateWhereAnotherLeftOff() {
        bench.send(stripe.opened("level-31-e"), first());
        try (Bench next = bench("b").restore(bench)) {
            next.send(second(), stripe.closed());
            assertThat(next.verdicts(StripeVerdict.class).get(0).getVmemmapPages())
                    .isEqualTo(1_013);
        }
    }

    @Test
    void shouldFindNoneWhereTheProducerDoesNotSayWhereTheMemoryMapIs() {
        bench.send(
                stripe.opened("level-31-e"),
                stripe.chunk(append(chunk(0), ANON, 32_768)),
                stripe.chunk(append(chunk(1), ANON, 32_768)),
                stripe.closed());
        assertThat(bench.verdicts(ChunkVerdict.class))
                .allSatisfy(verdict -> assertThat(verdict.getVmemmap()).isEmpty());
        assertThat(bench.problems()).isEmpty();
    }

    @Test
    void shouldFindNoneWithoutTheSizeOfAStructPage() {
        ChunkMetadata first = first();
        stripe.structPageSize = 0;
        bench.send(stripe.opened("level-31-e"), first);
        assertThat(bench.verdicts(ChunkVerdict.class).get(0).getVmemmap()).isEmpty();
        assertThat(bench.problems()).isEmpty();
    }

    @Test
    void shouldRefuseAChunkWhoseMemoryMapMakesNoSense() {
        ChunkMetadata bad = first();
        bad.setMemmap(ByteBuffer.wrap(new byte[] {1, 0, 0, 9, 0, 0, 9}));
        bench.send(stripe.opened("level-31-e"), bad, second(), stripe.closed());
        assertThat(bench.problems().get(0))
                .isEqualTo("chunk 0 of stripe 0 of dump " + DUMP
                        + ": memmap, byte 7: page frame 9 is named twice, expected every one once");
        StripeVerdict total = bench.verdicts(StripeVerdict.class).get(0);
        assertThat(total.getChunks()).isEqualTo(1);
        assertThat(total.getChunksExpected()).isEqualTo(2);
        assertThat(total.getVmemmapPages()).isEqualTo(512);
    }

    @ParameterizedTest
    @ValueSource(ints = {-64, 24, 60, 1_032, Integer.MAX_VALUE})
    void shouldRefuseAStripeWithStructPagesOfAnImpossibleSize(int size) {
        StripeOpened opened = stripe.opened("level-31-e");
        opened.setStructPageSize(size);
        bench.send(opened);
        assertThat(bench.problems())
                .containsExactly("stripe 0 of dump " + DUMP + " has struct pages of " + size
                        + " bytes, expected 0 or a multiple of 8 from 32 to 1024");
    }
}
