// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TimeOptionsTest {
    private static final Instant NOW = Instant.parse("2026-11-23T04:00:00Z");

    private static TimeOptions parse(String... args) {
        TimeOptions options = new TimeOptions();
        new CommandLine(options).parseArgs(args);
        return options;
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-23T01:02:03.004, 2026-11-23T01:02:03.004Z",
        "2026-11-23T01:02:03, 2026-11-23T01:02:03Z",
        "2026-11-23T01:02, 2026-11-23T01:02:00Z",
        "2026-11-23, 2026-11-23T00:00:00Z",
        "2026-11-23T01:02:03.004Z, 2026-11-23T01:02:03.004Z",
        "2026-11-23T01:02:03.004+01:00, 2026-11-23T00:02:03.004Z"
    })
    void shouldTakeTimesAsKafkasToolsDo(String text, String expected) {
        for (String option : new String[] {"--from-datetime", "--from"}) {
            assertThat(parse(option, text).range(NOW).from()).isEqualTo(expected);
        }
        for (String option : new String[] {"--to-datetime", "--to"}) {
            assertThat(parse(option, text).range(NOW).to()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "2026-13-01", "2026-11-23T25:00:00.000", "1700000000000", ""})
    void shouldRefuseWhatIsNoTime(String text) {
        assertThatThrownBy(() -> parse("--from-datetime", text))
                .isInstanceOf(CommandLine.ParameterException.class)
                .hasMessageContaining("expected a time as YYYY-MM-DDTHH:mm:SS.sss");
    }

    @Test
    void shouldTakeAllOfTimeWhereNothingIsSaid() {
        TimeOptions options = parse();
        assertThat(options.given()).isFalse();
        assertThat(options.range(NOW).from()).isEqualTo(Instant.EPOCH);
        assertThat(options.range(NOW).to()).isAfter(NOW);
    }

    @Test
    void shouldGoBackFromNow() {
        TimeOptions options = parse("--by-duration", "P1DT2H");
        assertThat(options.given()).isTrue();
        assertThat(options.range(NOW).from()).isEqualTo("2026-11-22T02:00:00Z");
        assertThat(options.range(NOW).to()).isAfter(NOW);
        assertThat(parse("--by-duration", "P999999999D").range(NOW).from()).isEqualTo(Instant.EPOCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7d", "PT0S", "P-1D", "-P1D"})
    void shouldRefuseWhatIsNoDuration(String text) {
        assertThatThrownBy(() -> parse("--by-duration=" + text))
                .isInstanceOf(CommandLine.ParameterException.class)
                .hasMessageContaining("expected a duration as PnDTnHnMnS");
    }

    @Test
    void shouldRefuseADurationBesideATime() {
        assertThatThrownBy(() ->
                        parse("--by-duration", "P1D", "--to", "2026-11-23").range(NOW))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--by-duration");
    }

    @Test
    void shouldRefuseAnEndThatIsNotBehindTheBeginning() {
        assertThatThrownBy(() ->
                        parse("--from", "2026-11-23", "--to", "2026-11-23").range(NOW))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("expected a later end");
    }
}
