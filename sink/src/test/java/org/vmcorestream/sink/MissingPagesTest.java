// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.ReasonCount;

/** How missing pages are divided among reasons. */
class MissingPagesTest {
    private final MissingPages missing = new MissingPages();

    private List<String> lines(long total) {
        Problems problems = new Problems();
        missing.describe(total, problems);
        return problems.lines();
    }

    @Test
    void shouldSayNothingWhenNothingIsMissing() throws MalformedRecordException {
        missing.announce(0, List.of(new ReasonCount("free", 9L)));
        missing.stripe(0, 0, 0, 0);

        assertThat(missing.counts(0)).isEmpty();
        assertThat(lines(0)).isEmpty();
    }

    @Test
    void shouldSumReasonsOverStripes() throws MalformedRecordException {
        missing.announce(0, List.of(new ReasonCount("free", 3_000L)));
        missing.announce(1, List.of(new ReasonCount("offline", 5L), new ReasonCount("free", 921L)));
        missing.stripe(0, 3_000, 0, 0);
        missing.stripe(1, 926, 0, 0);

        assertThat(missing.counts(3_926))
                .containsExactly(
                        new ReasonCount("not captured: free", 3_921L), new ReasonCount("not captured: offline", 5L));
        assertThat(lines(3_926)).containsExactly("3926 pages were never captured (free 3921, offline 5)");
    }

    @Test
    void shouldCountNoMoreOfAStripeThanIsMissingThere() throws MalformedRecordException {
        missing.announce(0, List.of(new ReasonCount("free", Long.MAX_VALUE), new ReasonCount("cache", 7L)));
        missing.announce(1, List.of(new ReasonCount("free", 10L)));
        missing.stripe(0, 4, 0, 0);
        missing.stripe(1, 1, 0, 0);

        assertThat(missing.counts(5)).containsExactly(new ReasonCount("not captured: free", 5L));
    }

    @Test
    void shouldTellExpiredFromLostPages() throws MalformedRecordException {
        missing.announce(0, List.of(new ReasonCount("free", 2L)));
        missing.stripe(0, 20, 20, 11);
        missing.stripe(1, 5, 0, 0);

        assertThat(missing.counts(26))
                .containsExactly(
                        new ReasonCount("not captured: free", 2L),
                        new ReasonCount("not captured: unknown", 5L),
                        new ReasonCount("expired", 11L),
                        new ReasonCount("lost", 8L));
        assertThat(lines(26))
                .containsExactly(
                        "7 pages were never captured (free 2, unknown 5)",
                        "11 pages have expired: topic page-data no longer holds them",
                        "8 pages were lost");
    }

    @Test
    void shouldSpeakOfASinglePage() {
        missing.stripe(0, 1, 1, 1);
        missing.stripe(1, 1, 0, 0);

        assertThat(lines(3))
                .containsExactly(
                        "1 page was never captured (unknown 1)",
                        "1 page has expired: topic page-data no longer holds it",
                        "1 page was lost");
    }

    @Test
    void shouldRefuseHostileCounts() {
        assertThatThrownBy(() -> missing.announce(4, List.of(new ReasonCount("free", -1L))))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageStartingWith("verdict on stripe 4 with -1 pages not captured for reason free");
        assertThatThrownBy(() -> missing.announce(4, List.of(new ReasonCount("x".repeat(129), 1L))))
                .isInstanceOf(MalformedRecordException.class);
        assertThatThrownBy(() -> missing.announce(4, Collections.nCopies(65, new ReasonCount("free", 1L))))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("65 reasons");
    }

    @Test
    void shouldBoundReasonsWhateverTheVerdictsSay() throws MalformedRecordException {
        for (int stripe = 0; stripe < DumpCheck.MAX_STRIPES; stripe++) {
            List<ReasonCount> reasons = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                reasons.add(new ReasonCount("reason\n" + stripe + "-" + i, 1L));
            }
            missing.announce(stripe, reasons);
            missing.stripe(stripe, 8, 0, 0);
        }

        List<ReasonCount> counts = missing.counts(8L * DumpCheck.MAX_STRIPES);
        assertThat(counts).hasSize(RuleSet.MAX_REASONS + 1);
        assertThat(counts).last().extracting(ReasonCount::getReason).isEqualTo("not captured: unknown");
        assertThat(counts).noneMatch(count -> count.getReason().contains("\n"));
        assertThat(counts.stream().mapToLong(ReasonCount::getPages).sum()).isEqualTo(8L * DumpCheck.MAX_STRIPES);
    }

    @Test
    void shouldAlwaysAddUpToWhatIsMissing() throws MalformedRecordException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            MissingPages each = new MissingPages();
            long total = random.nextInt(50);
            for (int stripe = 0; stripe < 8; stripe++) {
                List<ReasonCount> reasons = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    reasons.add(new ReasonCount("reason " + random.nextInt(5), (long) random.nextInt(100)));
                }
                each.announce(stripe, reasons);
                int absent = random.nextInt(200);
                int gaps = random.nextInt(300);
                each.stripe(stripe, absent, gaps, random.nextInt(gaps + 1));
                total += absent;
            }
            List<ReasonCount> counts = each.counts(total);
            assertThat(counts.stream().mapToLong(ReasonCount::getPages).sum())
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(total);
            assertThat(counts).as("seed %d round %d", seed, round).allMatch(count -> count.getPages() > 0);
        }
    }
}
