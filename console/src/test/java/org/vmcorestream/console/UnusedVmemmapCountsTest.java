// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.ReasonCount;

/** Unused vmemmap is counted where its pages are described: a stripe may have fewer than no kept pages, a dump may not. */
class UnusedVmemmapCountsTest {
    private static final String RULE_SET = "level-31-e";

    private final StripeSums sums = new StripeSums(1_000);

    private static DecidedStripe stripe(int number, long kept, long free, long vmemmap)
            throws MalformedRecordException {
        ExclusionStats stats = new ExclusionStats(
                Sample.id(1),
                RULE_SET,
                number,
                Sample.NOW,
                Sample.RELEASE,
                "blue",
                "hv-1",
                12,
                List.of(
                        new ReasonCount("kept", kept),
                        new ReasonCount("hole", 0L),
                        new ReasonCount("no-data", 0L),
                        new ReasonCount("free", free),
                        new ReasonCount("vmemmap", vmemmap)),
                0.5,
                0L,
                2,
                0L,
                0L,
                0L,
                0L,
                "");
        return DecidedStripe.of(stats, new String(Keys.exclusionStats(stats), StandardCharsets.UTF_8));
    }

    @Test
    void shouldAddUpStripesOfWhichOneHasFewerThanNoKeptPages() throws Exception {
        assertThat(sums.add(stripe(0, -16_000, 1_048_476, 16_100), Sample.NOW)).isEmpty();
        DecidedDump dump = sums.add(stripe(1, 30_000, 1_018_576, 0), Sample.NOW).orElseThrow();
        assertThat(dump.pages("kept")).isEqualTo(14_000);
        assertThat(dump.pages("vmemmap")).isEqualTo(16_100);
        assertThat(dump.memoryPages()).isEqualTo(2_097_152);
        assertThat(dump.ratio()).isBetween(0.0, 1.0);
    }

    @Test
    void shouldCountNoMoreUnusedVmemmapThanThereIsToTakeFrom() throws Exception {
        sums.add(stripe(0, -16_000, 1_000_000, 16_100), Sample.NOW);
        Optional<DecidedDump> dump = sums.add(stripe(1, 15_000, 1_000, 100), Sample.NOW);
        assertThat(dump.orElseThrow().pages("kept")).isZero();
        assertThat(dump.orElseThrow().pages("vmemmap")).isEqualTo(15_200);
        assertThat(dump.orElseThrow().memoryPages()).isEqualTo(1_016_200);
    }

    @Test
    void shouldRefuseFewerThanNoPagesOfOtherReasonsAndInAll() {
        assertThatThrownBy(() -> stripe(0, 5, -1, 0)).hasMessage("pages of free is -1, expected 0 to 2^52");
        assertThatThrownBy(() -> stripe(0, -5, 1, 1)).hasMessage("pages in all is -3, expected 0 to 2^52");
        assertThatThrownBy(() -> stripe(0, Long.MIN_VALUE, 1, 1)).isInstanceOf(MalformedRecordException.class);
    }
}
