// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.vmcorestream.vmcore.spool.Spooler;

class SpoolBarTest {
    @Test
    void shouldSayHowMuchOfAStreamHasCome() {
        Captured captured = new Captured(true);
        try (SpoolBar bar = new SpoolBar(captured.console())) {
            for (int i = 0; i <= 3; i++) {
                bar.at(i * 700_000_000L, Spooler.UNKNOWN, false);
            }
            captured.console().log("a line in between");
        }
        assertThat(captured.err())
                .contains("Spooling vmcore                   :    2002.7 MiB")
                .doesNotContain("%");
    }

    @Test
    void shouldSayWhenAStreamHasEnded() {
        Captured captured = new Captured(false);
        try (SpoolBar bar = new SpoolBar(captured.console())) {
            bar.at(0, Spooler.UNKNOWN, false);
            bar.at(5000, Spooler.UNKNOWN, true);
        }
        assertThat(captured.errLines()).singleElement().asString().contains("Spooling vmcore", "[100.0 %]");
    }

    @Test
    void shouldHaveABarForEachFileOfWhichTheSizeIsKnown() {
        Captured captured = new Captured(true);
        try (SpoolBar bar = new SpoolBar(captured.console())) {
            bar.at(50, 50, true);
            bar.at(20, 80, false);
            captured.console().log("a line in between");
        }
        assertThat(captured.err()).contains("[100.0 %]", "[ 25.0 %]");
    }

    @Test
    void shouldShowNothingWhereNothingIsSpooled() {
        Captured captured = new Captured(true);
        new SpoolBar(captured.console()).close();
        assertThat(captured.err()).isEmpty();
    }

    @Test
    void shouldHaveMoreToSayAtEveryDoubledGibibyte() {
        ProgressBar bar = new ProgressBar("stream");
        bar.amount(900L << 20);
        assertThat(bar.steps()).isZero();
        bar.amount(1L << 30);
        assertThat(bar.steps()).isEqualTo(1);
        bar.amount(17L << 30);
        assertThat(bar.steps()).isEqualTo(5);
        bar.at(500, 1000);
        assertThat(bar.steps()).isEqualTo(2);
        bar.at(1000, 1000);
        assertThat(bar.steps()).isEqualTo(64);
    }
}
