// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.VerdictPlace;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Which outcomes of replays are believed. */
class ReplayPlanTest {
    private final SampleDump dump = new SampleDump(new FakeCluster(), 1, PageCodec.ZSTD);
    private final SampleReplay replay = new SampleReplay(dump, "31-e", 1, 77).verdicts();

    @Test
    void shouldTakeASoundRecordUnderTheNameThatVerdictsCarry() throws MalformedRecordException {
        ReplayPlan plan = ReplayPlan.of(replay.outcome, dump.dumpId, 2);

        assertThat(plan.ruleSet()).isEqualTo("level-31-e");
        assertThat(plan.replayId()).isEqualTo(SampleReplay.id(1));
        assertThat(plan.decidedAt()).isEqualTo(77);
        assertThat(plan.places())
                .containsExactly(
                        new ReplayPlan.Place(0, 0, 0, 1),
                        new ReplayPlan.Place(1, 1, 0, 1),
                        new ReplayPlan.Place(2, 0, 2, 3));
        plan.checkAgainst(dump.plan(DumpState.CAPTURED));
    }

    @Test
    void shouldWantNoFileWhereNoneWasAskedForOrNothingWasDecided() {
        assertThat(ReplayPlan.wantsFile(replay.outcome)).isTrue();
        replay.outcome.setVerdictsOnly(true);
        assertThat(ReplayPlan.wantsFile(replay.outcome)).isFalse();
        replay.outcome.setVerdictsOnly(false);
        replay.outcome.setProblem("its metadata has expired");
        assertThat(ReplayPlan.wantsFile(replay.outcome)).isFalse();
    }

    @Test
    void shouldRefuseAPlaceOfAStripeThatTheDumpDoesNotHave() {
        replay.place(3, 0, 0, 1);

        assertThatThrownBy(() -> replay.plan().checkAgainst(dump.plan(DumpState.CAPTURED)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("replay outcome: stripe of a place is 3, expected 0 to 2");
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                change("dump id", "dump id is ../x", outcome -> outcome.setDumpId("../x")),
                change("key", "key is", outcome -> outcome.setDumpId(SampleReplay.id(5))),
                change("replay id", "replay id is ", outcome -> outcome.setReplayId("")),
                change("rule set", "rule set is ../../x, expected 1 to 64", outcome -> outcome.setRuleSet("../../x")),
                change("version", "rule set is mine@0", outcome -> outcome.setRuleSet("mine@0")),
                change("lines", "rule set is a b", outcome -> outcome.setRuleSet("a\nb")),
                change("requested", "requestedAt is -1", outcome -> outcome.setRequestedAt(-1L)),
                change("decided", "decidedAt is -9", outcome -> outcome.setDecidedAt(-9L)),
                change("no places", "number of places is 0", outcome -> outcome.setVerdicts(List.of())),
                change(
                        "places",
                        "number of places is 65537",
                        outcome -> outcome.setVerdicts(IntStream.rangeClosed(0, 65_536)
                                .mapToObj(stripe -> new VerdictPlace(stripe, 0, 0L, 1L))
                                .toList())),
                place("stripe twice", "stripe of a place is 1, expected each of 0 to 65535 once", 1, 0, 0, 1),
                place("negative stripe", "stripe of a place is -1", -1, 0, 0, 1),
                place("huge stripe", "stripe of a place is 65536", 65_536, 0, 0, 1),
                place("partition", "stripe 7: partition is 2, expected 0 to 1", 7, 2, 0, 1),
                place("negative partition", "stripe 7: partition is -1", 7, -1, 0, 1),
                place("negative offset", "stripe 7: firstOffset is -1", 7, 0, -1, 1),
                place("offsets", "stripe 7: lastOffset is 4, expected 5 or more", 7, 0, 5, 4),
                place("last of all offsets", "stripe 7: lastOffset is 9223372036854775807", 7, 0, 5, Long.MAX_VALUE),
                change(
                        "counts",
                        "number of counts is 257",
                        outcome -> outcome.setCounts(Collections.nCopies(257, new ReasonCount("free", 1L)))),
                change(
                        "pages not captured",
                        "notCaptured of free is -1",
                        outcome -> outcome.setNotCaptured(List.of(new ReasonCount("free", -1L)))));
    }

    private static Arguments place(String name, String message, int stripe, int partition, long first, long last) {
        return change(
                name,
                message,
                outcome -> outcome.setVerdicts(Stream.concat(
                                outcome.getVerdicts().stream(),
                                Stream.of(new VerdictPlace(stripe, partition, first, last)))
                        .toList()));
    }

    private static Arguments change(String name, String message, Consumer<ReplayOutcome> change) {
        return Arguments.argumentSet(name, message, change);
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void shouldRefuseAHostileRecord(String message, Consumer<ReplayOutcome> change) {
        change.accept(replay.outcome);

        assertThatThrownBy(() -> ReplayPlan.of(replay.outcome, dump.dumpId, 2))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageStartingWith("replay outcome: ")
                .hasMessageContaining(message)
                .satisfies(problem -> assertThat(problem.getMessage()).doesNotContain("\n"));
    }
}
