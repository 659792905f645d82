// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.vmcorestream.processor.StripeFixture.ANON;
import static org.vmcorestream.processor.StripeFixture.DUMP;
import static org.vmcorestream.processor.StripeFixture.HOLE;
import static org.vmcorestream.processor.StripeFixture.HUGE_1G;
import static org.vmcorestream.processor.StripeFixture.KEPT;
import static org.vmcorestream.processor.StripeFixture.TAIL;
import static org.vmcorestream.processor.StripeFixture.append;
import static org.vmcorestream.processor.StripeFixture.chunk;
import static org.vmcorestream.processor.StripeFixture.free;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.Reach;
import org.vmcorestream.rules.Rule;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.UndecidedException;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.VerdictCodec;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.StripeVerdict;

class VerdictTopologyTest {
    private static final List<RuleSet> LEVEL_31 = List.of(BuiltInRuleSets.level(31));

    @TempDir
    private Path stateDir;

    private Bench bench;

    @BeforeEach
    void begin() {
        bench = new Bench(LEVEL_31, Duration.ofDays(7), stateDir.resolve("a"));
    }

    @AfterEach
    void end() {
        bench.close();
    }

    @Test
    void shouldDecideEachChunkAndSumUpAtTheEnd() {
        StripeFixture stripe = StripeFixture.ofChunks(2);
        bench.send(
                stripe.opened(),
                stripe.chunk(append(append(append(chunk(0), KEPT, 1024), free(10), 1024), ANON, 30_720)),
                stripe.chunk(append(append(chunk(1), HOLE, 768), KEPT, 32_000)),
                stripe.closed());

        List<TestRecord<byte[], byte[]>> records = bench.verdictRecords();
        assertThat(records).hasSize(3);
        assertThat(text((ChunkVerdict) Bench.decode(records.get(0).value())))
                .isEqualTo("level-31 chunk 0: kept*1024 free*1024 user*30720");
        assertThat(text((ChunkVerdict) Bench.decode(records.get(1).value())))
                .isEqualTo("level-31 chunk 1: hole*768 kept*32000");
        StripeVerdict total = (StripeVerdict) Bench.decode(records.get(2).value());
        assertThat(total.getChunks()).isEqualTo(2);
        assertThat(total.getChunksExpected()).isEqualTo(2);
        assertThat(total.getCountsZero()).isTrue();
        assertThat(total.getFirstAnomaly()).isEqualTo(-1);
        assertThat(total.getCounts())
                .contains(
                        new ReasonCount("kept", 33_024L),
                        new ReasonCount("hole", 768L),
                        new ReasonCount("free", 1024L),
                        new ReasonCount("user", 30_720L),
                        new ReasonCount("hwpoison", 0L));

        List<TestRecord<byte[], byte[]>> stats = bench.statsRecords();
        assertThat(stats).hasSize(1);
        ExclusionStats sum = (ExclusionStats) Bench.decode(stats.get(0).value());
        assertThat(sum.getRatio()).isCloseTo((1024.0 + 30_720) / (65_536 - 768), within(1e-12));
        assertThat(sum.getDecidedAt()).isEqualTo(Bench.NOW.toEpochMilli());
        assertThat(sum.getKernelRelease()).isEqualTo("6.12.107+deb13-amd64");
        assertThat(sum.getTenant()).isEqualTo("acme");
        assertThat(sum.getHost()).isEqualTo("kvm7");
        assertThat(sum.getPageShift()).isEqualTo(12);
        assertThat(bench.problems()).isEmpty();
        assertThat(bench.store().approximateNumEntries()).isZero();
    }

    @Test
    void shouldNameKeysAndHeadersForAConsole() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        bench.send(stripe.opened(), stripe.chunk(0, KEPT), stripe.closed());

        List<TestRecord<byte[], byte[]>> records = bench.verdictRecords();
        assertThat(records.stream().map(record -> new String(record.key(), StandardCharsets.UTF_8)))
                .containsExactly(DUMP + "/level-31/0/0", DUMP + "/level-31/0/total");
        for (TestRecord<byte[], byte[]> record : records) {
            assertThat(Bench.header(record, "dump")).isEqualTo(DUMP);
            assertThat(Bench.header(record, "pfns")).isEqualTo("0-32767");
            assertThat(Bench.header(record, "schema")).matches("[0-9a-f]{16}");
        }
        assertThat(Bench.header(records.get(0), "kind")).isEqualTo("ChunkVerdict");
        assertThat(Bench.header(records.get(1), "kind")).isEqualTo("StripeVerdict");
        assertThat(new String(bench.statsRecords().get(0).key(), StandardCharsets.UTF_8))
                .isEqualTo(DUMP + "/level-31/0");
    }

    @Test
    void shouldApplyTheRuleSetsAskedForInsteadOfItsOwn() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        bench.send(stripe.opened("level-0", "8", "level-8"), stripe.chunk(0, ANON), stripe.closed());
        assertThat(bench.verdicts(ChunkVerdict.class).stream().map(VerdictTopologyTest::text))
                .containsExactly("level-0 chunk 0: kept*32768", "level-8 chunk 0: user*32768");
    }

    @Test
    void shouldUseOnlyReasonsThatOccurWithKeptAsTheFirst() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        bench.send(stripe.opened(), stripe.chunk(append(append(chunk(0), ANON, 100), HOLE, 32_668)));
        assertThat(bench.verdicts(ChunkVerdict.class).get(0).getReasons()).containsExactly("kept", "user", "hole");
    }

    @Test
    void shouldCarryAGigabytePageOverEightChunksAndARestart() {
        StripeFixture stripe = StripeFixture.ofChunks(9);
        bench.send(stripe.opened(), stripe.chunk(append(append(chunk(0), HUGE_1G, 1), TAIL, 32_767)));
        bench.send(stripe.chunk(1, TAIL), stripe.chunk(2, KEPT));
        assertThat(bench.verdicts(ChunkVerdict.class).stream().map(VerdictTopologyTest::text))
                .containsExactly(
                        "level-31 chunk 0: user*32768", "level-31 chunk 1: user*32768", "level-31 chunk 2: user*32768");

        try (Bench next = new Bench(LEVEL_31, Duration.ofDays(7), stateDir.resolve("b")).restore(bench)) {
            for (int number = 3; number < 8; number++) {
                next.send(stripe.chunk(number, TAIL));
            }
            next.send(stripe.chunk(8, TAIL), stripe.closed());
            List<TestRecord<byte[], byte[]>> records = next.verdictRecords();
            for (int i = 0; i < 5; i++) {
                assertThat(text((ChunkVerdict) Bench.decode(records.get(i).value())))
                        .isEqualTo("level-31 chunk " + (3 + i) + ": user*32768");
            }
            assertThat(text((ChunkVerdict) Bench.decode(records.get(5).value())))
                    .isEqualTo("level-31 chunk 8: kept*32768");
            StripeVerdict total = (StripeVerdict) Bench.decode(records.get(6).value());
            assertThat(total.getChunks()).isEqualTo(total.getChunksExpected()).isEqualTo(9);
            assertThat(total.getCounts()).contains(new ReasonCount("user", 262_144L), new ReasonCount("kept", 32_768L));
            assertThat(next.problems()).isEmpty();
        }
    }

    @Test
    void shouldAllowChunksWithoutMemoryToBeLeftOut() {
        StripeFixture stripe = new StripeFixture(DUMP, 3, 0, 10L << Chunk.SHIFT, 3);
        bench.send(
                stripe.opened(), stripe.chunk(0, KEPT), stripe.chunk(4, ANON), stripe.chunk(9, KEPT), stripe.closed());
        List<TestRecord<byte[], byte[]>> records = bench.verdictRecords();
        assertThat(records).hasSize(4);
        StripeVerdict total = (StripeVerdict) Bench.decode(records.get(3).value());
        assertThat(total.getChunks()).isEqualTo(total.getChunksExpected()).isEqualTo(3);
        assertThat(bench.problems()).isEmpty();
    }

    @Test
    void shouldAcceptAShortLastChunk() {
        StripeFixture stripe = new StripeFixture(DUMP, 0, 0, Chunk.PAGES + 5, 2);
        bench.send(stripe.opened(), stripe.chunk(0, KEPT), stripe.chunk(append(chunk(1), ANON, 5)), stripe.closed());
        assertThat(bench.verdicts(ChunkVerdict.class).stream().map(VerdictTopologyTest::text))
                .containsExactly("level-31 chunk 0: kept*32768", "level-31 chunk 1: user*5");
        assertThat(bench.problems()).isEmpty();
    }

    @Test
    void shouldSumUpAStripeWithoutMemory() {
        StripeFixture stripe = new StripeFixture(DUMP, 0, 0, Chunk.PAGES, 0);
        bench.send(stripe.opened(), stripe.closed());
        StripeVerdict total = bench.verdicts(StripeVerdict.class).get(0);
        assertThat(total.getChunks()).isEqualTo(total.getChunksExpected()).isZero();
        assertThat(((ExclusionStats) Bench.decode(bench.statsRecords().get(0).value())).getRatio())
                .isZero();
        assertThat(bench.problems()).isEmpty();
    }

    @Test
    void shouldPassOverRecordsThatComeAgain() {
        StripeFixture stripe = StripeFixture.ofChunks(2);
        var opened = stripe.opened();
        var first = stripe.chunk(0, ANON);
        var second = stripe.chunk(1, KEPT);
        bench.send(opened, first, opened, first, second, first, second, stripe.closed());
        List<TestRecord<byte[], byte[]>> records = bench.verdictRecords();
        assertThat(records).hasSize(3);
        StripeVerdict total = (StripeVerdict) Bench.decode(records.get(2).value());
        assertThat(total.getChunks()).isEqualTo(total.getChunksExpected()).isEqualTo(2);
        assertThat(bench.problems()).isEmpty();
    }

    @Test
    void shouldGiveTheSameBytesWhenAWholeStripeComesAgain() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        var opened = stripe.opened();
        var first = stripe.chunk(0, ANON);
        bench.send(opened, first, stripe.closed());
        List<byte[]> once =
                bench.verdictRecords().stream().map(TestRecord::value).toList();
        bench.send(opened, first, stripe.closed());
        List<byte[]> again =
                bench.verdictRecords().stream().map(TestRecord::value).toList();
        assertThat(again).usingRecursiveComparison().isEqualTo(once);
    }

    @Test
    void shouldReportCorruptHeadsAsAnomalies() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        bench.send(
                stripe.opened(),
                stripe.chunk(append(append(append(append(chunk(0), KEPT, 3), free(4), 1), KEPT, 10), free(77), 32_754)),
                stripe.closed());
        StripeVerdict total = bench.verdicts(StripeVerdict.class).get(0);
        assertThat(total.getMisaligned()).isEqualTo(1);
        assertThat(total.getInvalidOrders()).isEqualTo(32_754);
        assertThat(total.getFirstAnomaly()).isEqualTo(3);
        ExclusionStats stats =
                (ExclusionStats) Bench.decode(bench.statsRecords().get(0).value());
        assertThat(stats.getAnomalies()).isEqualTo(32_755);
        assertThat(stats.getMisaligned()).isEqualTo(1);
        assertThat(stats.getInvalidOrders()).isEqualTo(32_754);
    }

    @Test
    void shouldCountPagesWithoutAnAnswerAndPagesOfUnknownType() {
        RuleSet unsure = new RuleSet(
                "unsure@1",
                false,
                List.of(new Rule(
                        Rule.Action.EXCLUDE,
                        "user",
                        context -> (flags, mapcount, shape) -> {
                            if (mapcount == 3) {
                                throw new UndecidedException("no answer");
                            }
                            return (shape & Descriptor.ANON) != 0;
                        },
                        Reach.PAGE)));
        StripeFixture stripe = StripeFixture.ofChunks(1);
        try (Bench other = new Bench(List.of(unsure), Duration.ofDays(7), stateDir.resolve("b"))) {
            other.send(
                    stripe.opened(),
                    stripe.chunk(append(
                            append(append(chunk(0), ANON, 1000), KEPT, 768), new Descriptor(0, 0xfe000000, 0), 31_000)),
                    stripe.closed());
            StripeVerdict total = other.verdicts(StripeVerdict.class).get(0);
            assertThat(total.getUndecided()).isEqualTo(768);
            assertThat(total.getUnknownTypes()).isEqualTo(31_000);
            assertThat(total.getFirstAnomaly()).isEqualTo(1000);
            ExclusionStats stats =
                    (ExclusionStats) Bench.decode(other.statsRecords().get(0).value());
            assertThat(stats.getUndecided()).isEqualTo(768);
            assertThat(stats.getUnknownTypes()).isEqualTo(31_000);
            assertThat(stats.getAnomalies()).isEqualTo(768);
            assertThat(stats.getStripes()).isEqualTo(1);
            assertThat(stats.getReplayId()).isEmpty();
        }
    }

    /** A verdict as a test can read it. */
    static String text(ChunkVerdict verdict) {
        VerdictRuns runs = new VerdictRuns();
        try {
            VerdictCodec.decode(
                    verdict.getRuns(),
                    Chunk.firstPfn(verdict.getChunk()),
                    verdict.getPages(),
                    verdict.getReasons().size(),
                    runs);
        } catch (MalformedRecordException e) {
            throw new AssertionError(e);
        }
        return IntStream.range(0, runs.runs())
                .mapToObj(run -> verdict.getReasons().get(runs.reason(run)) + "*" + runs.length(run))
                .collect(Collectors.joining(" ", verdict.getRuleSet() + " chunk " + verdict.getChunk() + ": ", ""));
    }
}
