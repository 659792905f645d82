// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vmcorestream.processor.StripeFixture.ANON;
import static org.vmcorestream.processor.StripeFixture.DUMP;
import static org.vmcorestream.processor.StripeFixture.HUGE_1G;
import static org.vmcorestream.processor.StripeFixture.KEPT;
import static org.vmcorestream.processor.StripeFixture.TAIL;
import static org.vmcorestream.processor.StripeFixture.append;
import static org.vmcorestream.processor.StripeFixture.chunk;
import static org.vmcorestream.processor.StripeFixture.free;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.archive.ArchiveException;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.StripeProgress;
import org.vmcorestream.schemas.records.StripeVerdict;

/** Rule sets that were published, and the one that says what was captured. */
class RuleSetsByNameTest {
    private static final List<RuleSet> DEFAULTS = List.of(BuiltInRuleSets.level(31));
    private static final RuleSet MINE = BuiltInRuleSets.level(8).named("mine@3");

    @TempDir
    private Path stateDir;

    private final List<String> asked = new ArrayList<>();

    private Bench bench(String name, Function<String, Optional<RuleSet>> shelf) {
        return new Bench(DEFAULTS, shelf, Duration.ofDays(7), stateDir.resolve(name));
    }

    /** A shelf with one rule set; like the real one it also knows it as the newest version. */
    private Optional<RuleSet> shelf(String name) {
        asked.add(name);
        return name.equals("mine@3") || name.equals("mine") ? Optional.of(MINE) : Optional.empty();
    }

    private static Optional<RuleSet> cluster(String name) {
        throw new ArchiveException(
                "topic vmcore.rule-sets does not answer", new TimeoutException("no answer within 30 s, for " + name));
    }

    @Test
    void shouldApplyAPublishedRuleSetAndFindItAgainAfterARestart() {
        StripeFixture stripe = StripeFixture.ofChunks(2);
        try (Bench first = bench("a", this::shelf);
                Bench second = bench("b", this::shelf)) {
            first.send(stripe.opened("mine@3"), stripe.chunk(0, ANON));
            assertThat(texts(first)).containsExactly("mine@3 chunk 0: user*32768");
            second.restore(first);
            second.send(stripe.chunk(1, ANON), stripe.closed());
            List<StripeVerdict> totals = second.verdicts(StripeVerdict.class);
            assertThat(totals).hasSize(1);
            assertThat(totals.get(0).getRuleSet()).isEqualTo("mine@3");
            assertThat(totals.get(0).getCounts()).contains(new ReasonCount("user", 65_536L));
            assertThat(second.problems()).isEmpty();
        }
        assertThat(asked).containsExactly("mine@3", "mine@3");
    }

    @Test
    void shouldRefuseAPublishedRuleSetWithoutItsVersionAndOneThatNobodyPublished() {
        try (Bench bench = bench("a", this::shelf)) {
            bench.send(StripeFixture.ofChunks(1).opened("mine", "mine@4", "Nonsense@1", "level-0"));
            String stripe = "stripe 0 of dump " + DUMP + " asks for rule set '";
            assertThat(bench.problems())
                    .containsExactly(stripe + "mine', which is not known; " + stripe + "mine@4', which is not known; "
                            + stripe + "Nonsense@1', which is not known");
            assertThat(bench.store().approximateNumEntries()).isEqualTo(1);
        }
        assertThat(asked).containsExactly("mine@4");
    }

    @Test
    void shouldStopRatherThanBuryAStripeWhenTheClusterDoesNotSayWhatARuleSetIs() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        try (Bench bench = bench("a", RuleSetsByNameTest::cluster)) {
            assertThatThrownBy(() -> bench.send(stripe.opened("mine@3")))
                    .rootCause()
                    .isInstanceOf(TimeoutException.class);
            assertThat(bench.deadLetters()).isEmpty();
            assertThat(bench.store().approximateNumEntries()).isZero();
        }
        try (Bench bench = bench("b", this::shelf)) {
            bench.send(stripe.opened("mine@3"), stripe.chunk(0, ANON));
            assertThat(texts(bench)).containsExactly("mine@3 chunk 0: user*32768");
        }
    }

    @Test
    void shouldStopWhenTheClusterDoesNotSayWhatTheRuleSetOfAnOpenStripeIs() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        try (Bench first = bench("a", this::shelf);
                Bench second = bench("b", RuleSetsByNameTest::cluster)) {
            first.send(stripe.opened("mine@3"));
            second.restore(first);
            assertThatThrownBy(() -> second.send(stripe.chunk(0, ANON)))
                    .rootCause()
                    .isInstanceOf(TimeoutException.class);
            assertThat(second.deadLetters()).isEmpty();
            assertThat(second.store().get(DUMP + "/0")).isEqualTo(first.store().get(DUMP + "/0"));
        }
    }

    @Test
    void shouldStopWhenTheClusterDoesNotSayWhatWasCaptured() {
        try (Bench bench = bench("a", RuleSetsByNameTest::cluster)) {
            assertThatThrownBy(() -> bench.send(StripeFixture.ofChunks(1).openedAs("mine@3")))
                    .rootCause()
                    .isInstanceOf(TimeoutException.class);
            assertThat(bench.deadLetters()).isEmpty();
        }
    }

    @Test
    void shouldBuryAStripeWhoseRuleSetCannotBeReadAndGoOn() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        try (Bench bench = bench("a", name -> {
            throw new ArchiveException("rule set " + name + " cannot be read: offset 7 of vmcore.rule-sets");
        })) {
            bench.send(stripe.opened("mine@3", "level-8"), stripe.chunk(0, ANON), stripe.closed());
            assertThat(bench.problems())
                    .containsExactly("stripe 0 of dump " + DUMP
                            + " asks for a rule set that cannot be had: rule set 'mine@3' cannot be used: "
                            + "rule set mine@3 cannot be read: offset 7 of vmcore.rule-sets");
            assertThat(texts(bench)).containsExactly("level-8 chunk 0: user*32768");
        }
    }

    @Test
    void shouldAskTheShelfAgainBeforeItBuriesAStripe() {
        try (Bench bench = bench("a", name -> {
            asked.add(name);
            if (asked.size() == 1) {
                throw new ArchiveException("vmcore.rule-sets-0 gives no record");
            }
            return cluster(name);
        })) {
            assertThatThrownBy(() -> bench.send(StripeFixture.ofChunks(1).opened("mine@3")))
                    .rootCause()
                    .isInstanceOf(TimeoutException.class);
            assertThat(bench.deadLetters()).isEmpty();
        }
        assertThat(asked).hasSize(2);
    }

    @Test
    void shouldCountWhatALevelKeepsAndCaptureLeftOut() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        try (Bench bench = bench("a", this::shelf)) {
            bench.send(
                    stripe.openedAs("capture", "level-8", "level-31", "capture"),
                    stripe.chunk(append(append(append(chunk(0), free(10), 1024), ANON, 1000), KEPT, 30_744)),
                    stripe.closed());
            assertThat(bench.verdicts(StripeVerdict.class).stream().map(StripeVerdict::getNotCaptured))
                    .containsExactly(List.of(new ReasonCount("free", 1024L)), List.of(), List.of());
        }
    }

    @Test
    void shouldCountNothingWhereNobodyKnowsWhatWasCaptured() {
        for (String capture : List.of("", "unheard-of", "unheard-of@1")) {
            StripeFixture stripe = StripeFixture.ofChunks(1);
            try (Bench bench = bench("a" + capture, this::shelf)) {
                bench.send(stripe.openedAs(capture, "level-0"), stripe.chunk(0, free(10)), stripe.closed());
                StripeVerdict total = bench.verdicts(StripeVerdict.class).get(0);
                assertThat(total.getNotCaptured()).isEmpty();
                assertThat(total.getCounts()).contains(new ReasonCount("kept", 32_768L));
                assertThat(bench.problems()).isEmpty();
            }
        }
    }

    @Test
    void shouldCarryTheOpenRunOfTheCaptureOverARestart() {
        StripeFixture stripe = StripeFixture.ofChunks(9);
        try (Bench first = bench("a", this::shelf);
                Bench second = bench("b", this::shelf)) {
            first.send(
                    stripe.openedAs("level-8", "level-16"),
                    stripe.chunk(append(append(chunk(0), HUGE_1G, 1), TAIL, 32_767)));
            second.restore(first);
            for (int number = 1; number < 9; number++) {
                second.send(stripe.chunk(number, TAIL));
            }
            second.send(stripe.closed());
            StripeVerdict total = second.verdicts(StripeVerdict.class).get(0);
            assertThat(total.getCounts()).contains(new ReasonCount("kept", 9 * 32_768L));
            assertThat(total.getNotCaptured()).containsExactly(new ReasonCount("user", 262_144L));
        }
    }

    @Test
    void shouldGoOnWithoutCountingWhenTheCaptureRuleSetIsGone() {
        StripeFixture stripe = StripeFixture.ofChunks(2);
        try (Bench first = bench("a", this::shelf);
                Bench second = bench("b", name -> Optional.empty());
                Bench third = bench("c", this::shelf)) {
            first.send(stripe.openedAs("mine@3", "level-0"), stripe.chunk(0, ANON));
            second.restore(first).send(stripe.chunk(1, ANON));
            assertThat(texts(second)).containsExactly("level-0 chunk 1: kept*32768");
            third.restore(second).send(stripe.closed());
            assertThat(third.verdicts(StripeVerdict.class).get(0).getNotCaptured())
                    .isEmpty();
            assertThat(third.problems()).isEmpty();
        }
    }

    @Test
    void shouldRefuseAStateThatIsNotOneOfTheCaptureRuleSet() {
        refuse(state -> state.setCaptureRunEnd(-1L), "open run of the capture ends at page frame -1");
        refuse(state -> state.setCaptureRunEnd(40_000L), "open run of the capture ends at page frame 40000");
        refuse(state -> state.setCaptureRunReason(99), "with reason code 99");
        refuse(
                state -> state.getRuleSets().get(0).setNotCaptured(List.of(1L)),
                "pages not captured by 1 reasons, expected 7 as capture has");
    }

    private void refuse(Consumer<StripeProgress> damage, String problem) {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        try (Bench bench = bench("x", this::shelf);
                Bench other = bench("y", this::shelf)) {
            bench.send(stripe.openedAs("capture", "level-0"));
            StripeProgress state = (StripeProgress) Bench.decode(bench.store().get(DUMP + "/0"));
            damage.accept(state);
            other.store().put(DUMP + "/0", RecordCodec.encode(state));
            other.send(stripe.chunk(0, ANON));
            assertThat(other.problems())
                    .singleElement()
                    .asString()
                    .startsWith("state of stripe 0 of dump " + DUMP + " does not fit rule set capture: ")
                    .contains(problem);
        }
    }

    private static List<String> texts(Bench bench) {
        return bench.verdicts(ChunkVerdict.class).stream()
                .map(VerdictTopologyTest::text)
                .toList();
    }
}
