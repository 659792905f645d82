// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SeriesTest {
    @Test
    void shouldTakeMediansOfTheRoundsRatiosNotRatiosOfMedians() {
        Series series = new Series();
        round(series, 1, 10);
        round(series, 6, 2);
        round(series, 4, 4);
        assertThat(series.median("ours")).isEqualTo(4);
        assertThat(series.median("peer")).isEqualTo(4);
        assertThat(series.medianRatio("ours", "peer")).isEqualTo(1);
        assertThat(series.medianDifference("ours", "peer")).isZero();
        round(series, 8, 2);
        assertThat(series.median("ours")).isEqualTo(5);
        assertThat(series.medianRatio("ours", "peer")).isEqualTo(2);
    }

    @Test
    void shouldRefuseWhatWasNeverMeasured() {
        assertThatThrownBy(() -> new Series().median("ours"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ours was never measured");
    }

    private static void round(Series series, double ours, double peer) {
        series.add("ours", ours);
        series.add("peer", peer);
    }
}
