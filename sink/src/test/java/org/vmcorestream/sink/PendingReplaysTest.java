// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmcorestream.sink.PendingReplays.Wish;

/** Which replays are remembered. */
class PendingReplaysTest {
    private final PendingReplays pending = new PendingReplays();

    private static Wish wish(int dump, String ruleSet, int replay, long offset) {
        return new Wish("dump-" + dump, ruleSet, SampleReplay.id(replay), offset, new LogPlace(0, offset));
    }

    private List<Wish> ours() {
        List<Wish> all = new ArrayList<>();
        pending.ours().forEachRemaining(all::add);
        return all;
    }

    @Test
    void shouldRememberTheNewestReplayOfEachDumpAndRuleSet() {
        pending.offer(wish(1, "a", 1, 5), true);
        pending.offer(wish(1, "b", 1, 6), true);
        pending.offer(wish(1, "a", 2, 9), true);
        pending.offer(wish(1, "a", 3, 7), true);

        assertThat(ours()).containsExactlyInAnyOrder(wish(1, "a", 2, 9), wish(1, "b", 1, 6));
    }

    @Test
    void shouldCompareTimesWhereTheTopicGotMorePartitions() {
        Wish older = new Wish("d", "a", SampleReplay.id(1), 100, new LogPlace(3, 900));
        Wish newer = new Wish("d", "a", SampleReplay.id(2), 200, new LogPlace(7, 1));
        pending.offer(newer, true);
        pending.offer(older, true);

        assertThat(ours()).containsExactly(newer);
    }

    @Test
    void shouldSortAnewWhenDumpsComeAndGo() {
        pending.offer(wish(1, "a", 1, 1), true);
        pending.offer(wish(2, "a", 1, 2), false);
        pending.sort("dump-2"::equals);

        assertThat(ours()).containsExactly(wish(2, "a", 1, 2));
        assertThat(pending.size()).isEqualTo(2);
        pending.sort("dump-1"::equals);
        assertThat(ours()).containsExactly(wish(1, "a", 1, 1));
    }

    @Test
    void shouldForgetAReplayThatIsDoneButNotANewerOne() {
        pending.offer(wish(1, "a", 1, 1), true);
        pending.offer(wish(1, "a", 2, 2), true);
        pending.remove(wish(1, "a", 1, 1));
        assertThat(pending.size()).isEqualTo(1);
        pending.remove(wish(1, "a", 2, 2));

        assertThat(pending.size()).isZero();
    }

    @Test
    void shouldKeepTheNewestOfAFloodOfReplaysOfOtherDumpsAndKnowThatItForgot() {
        for (int dump = 0; dump < 100_000; dump++) {
            assertThat(pending.offer(wish(dump, "a", 1, dump), false)).isTrue();
        }

        assertThat(pending.size()).isEqualTo(PendingReplays.MOST);
        assertThat(pending.forgot()).isTrue();
        pending.remembers();
        assertThat(pending.forgot()).isFalse();
        pending.sort("dump-99999"::equals);
        assertThat(ours()).containsExactly(wish(99_999, "a", 1, 99_999));
    }

    @Test
    void shouldRefuseRatherThanForgetReplaysOfItsOwnDumps() {
        for (int dump = 0; dump < PendingReplays.MOST; dump++) {
            assertThat(pending.offer(wish(dump, "a", 1, dump), true)).isTrue();
        }

        assertThat(pending.full()).isTrue();
        assertThat(pending.offer(wish(99_999, "a", 1, 99_999), true)).isFalse();
        assertThat(pending.offer(wish(5, "a", 2, 99_999), true))
                .as("one that replaces another")
                .isTrue();
        pending.remove(wish(7, "a", 1, 7));
        assertThat(pending.offer(wish(99_999, "a", 1, 99_999), true)).isTrue();
        assertThat(pending.forgot()).isFalse();
    }

    @Test
    void shouldStayBoundedWhenAllOfItsDumpsGo() {
        for (int dump = 0; dump < PendingReplays.MOST; dump++) {
            pending.offer(wish(dump, "a", 1, dump), true);
            pending.offer(wish(100_000 + dump, "a", 1, dump), false);
        }
        pending.sort(dump -> false);

        assertThat(pending.size()).isEqualTo(PendingReplays.MOST);
        assertThat(pending.forgot()).isTrue();
    }
}
