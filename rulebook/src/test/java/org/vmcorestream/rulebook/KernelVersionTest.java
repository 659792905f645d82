// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelVersionTest {
    @ParameterizedTest
    @CsvSource({
        "6.12.107+deb13-amd64, 6.12",
        "5.10.0-35-amd64, 5.10",
        "7.2.0-rc3, 7.2",
        "6.1, 6.1",
        "4.18.0-553.el8_10.x86_64, 4.18",
        "next, ''",
        "'', ''",
        "6, ''",
        "99999999999.1, ''"
    })
    void shouldFindTheSeries(String release, String series) {
        assertThat(KernelVersion.series(release)).isEqualTo(series);
    }

    @ParameterizedTest
    @CsvSource({
        "6.12.107+deb13, 6.12, true",
        "6.12.107+deb13, 6.12.107, true",
        "6.12.107+deb13, 6.12.108, false",
        "6.12.107+deb13, 6.9, true",
        "6.9.1, 6.12, false",
        "6.12, 6.12.0, true",
        "6.12-rc1, 6.12, true",
        "7.0, 6.99.99, true",
        "6.12.1, 7, false",
        "6.12.1, 6, true"
    })
    void shouldCompareNumberByNumber(String release, String version, boolean isAtLeast) {
        assertThat(KernelVersion.isAtLeast(release, version)).isEqualTo(isAtLeast);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "next-20261123", "6", "v6.12"})
    void shouldHaveNoAnswerForAReleaseWithoutVersion(String release) {
        assertThatThrownBy(() -> KernelVersion.isAtLeast(release, "6.1")).hasMessageContaining("'" + release + "'");
    }

    @Test
    void shouldRefuseWhatIsNoVersion() {
        assertThatThrownBy(() -> KernelVersion.isAtLeast("6.1.1", "6.x")).hasMessageContaining("'6.x' is no version");
    }
}
