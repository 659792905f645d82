// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricLabelsTest {
    @ParameterizedTest
    @CsvSource({
        "6.12.107+deb13-amd64, 6.12",
        "6.12, 6.12",
        "5.14.0-503.el9.x86_64, 5.14",
        "7.0-rc1, 7.0",
        "10.200.3, 10.200",
        "6.12345, other",
        "06.1, other",
        "6.01, other",
        "linux, other",
        "'', other",
        "6, other",
        "6., other",
        "'6.1\n2', other"
    })
    void shouldKnowTheSeriesOfARelease(String release, String series) {
        assertThat(KernelSeries.of(release)).isEqualTo(series);
    }

    @Test
    void shouldKeepTheFirstValuesAndCallTheRestOther() {
        BoundedLabels labels = new BoundedLabels(2);

        assertThat(labels.of("a")).isEqualTo("a");
        assertThat(labels.of("")).isEqualTo("none");
        assertThat(labels.of("b")).isEqualTo("b");
        assertThat(labels.of("c")).isEqualTo("other");
        assertThat(labels.of("a")).isEqualTo("a");
        assertThat(new BoundedLabels(0).of("a")).isEqualTo("other");
        assertThat(new BoundedLabels(1).of("x".repeat(1000))).hasSize(64);
    }

    @Test
    void shouldCountVersionsOfARuleSetAsOne() {
        MetricLabels labels = new MetricLabels(4, 4);

        assertThat(labels.ruleSet("mine@1")).isEqualTo("mine");
        assertThat(labels.ruleSet("mine@2")).isEqualTo("mine");
        assertThat(labels.ruleSet("level-31")).isEqualTo("level-31");
    }

    @Test
    void shouldBoundAllCombinationsWhateverDumpsClaimToBe() {
        MetricLabels labels = new MetricLabels(1000, 1000);
        Set<MetricLabels.Of> seen = new HashSet<>();
        Set<String> reasons = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            DecidedDump dump = Sample.dump(i, i % 90 + 1 + "." + i % 900, 1, 1);
            seen.add(labels.of(Sample.of(Sample.under(dump, "set-" + i % 700 + "@" + (i + 1)), "tenant-" + i)));
            reasons.add(labels.reason("reason-" + i));
        }

        assertThat(seen.stream().filter(of -> !of.tenant().equals("other")).count())
                .isLessThanOrEqualTo(MetricLabels.MAX_COMBINATIONS);
        assertThat(seen.stream().map(MetricLabels.Of::series).distinct().count())
                .isEqualTo(MetricLabels.MAX_SERIES + 1);
        assertThat(reasons).hasSize(MetricLabels.MAX_REASONS + 1);
    }
}
