// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two verdicts walked in step. */
class PairedRunsTest {
    private static final int REASONS = 5;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261123})
    void shouldCountWhatAWalkPageByPageCounts(long seed) {
        Random random = new Random(seed);
        PairedRuns pairs = new PairedRuns();
        for (int round = 0; round < 200; round++) {
            int pages = 1 + random.nextInt(3_000);
            int walked = random.nextInt(pages + 1);
            int[] first = reasons(random, pages);
            int[] second = reasons(random, pages);
            long[] expected = new long[REASONS * REASONS];
            for (int page = 0; page < walked; page++) {
                expected[first[page] * REASONS + second[page]]++;
            }
            long[] found = new long[REASONS * REASONS];
            pairs.begin(runs(first), runs(second), walked);
            while (pairs.next()) {
                assertThat(pairs.length()).isPositive();
                found[pairs.firstReason() * REASONS + pairs.secondReason()] += pairs.length();
            }
            assertThat(found).as("seed %d, round %d", seed, round).isEqualTo(expected);
        }
    }

    @Test
    void shouldHaveNothingToWalkInNoPages() {
        PairedRuns pairs = new PairedRuns();
        pairs.begin(runs(new int[0]), runs(new int[0]), 0);
        assertThat(pairs.next()).isFalse();
    }

    private static int[] reasons(Random random, int pages) {
        int[] reasons = new int[pages];
        int longest = 1 + random.nextInt(300);
        for (int page = 0; page < pages; ) {
            int reason = random.nextInt(REASONS);
            for (int end = Math.min(pages, page + 1 + random.nextInt(longest)); page < end; page++) {
                reasons[page] = reason;
            }
        }
        return reasons;
    }

    private static VerdictRuns runs(int[] reasons) {
        VerdictRuns runs = new VerdictRuns();
        runs.begin(0);
        for (int reason : reasons) {
            runs.append(reason, 1);
        }
        return runs;
    }
}
