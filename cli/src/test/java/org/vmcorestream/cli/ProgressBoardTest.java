// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressBoardTest {
    @Test
    void shouldSayOneLineOnlyOfAQuickStageOffATerminal() {
        Captured captured = new Captured(false);
        try (ProgressBoard board = new ProgressBoard(captured.console())) {
            ProgressBar bar = board.bar("Copying data");
            for (int done = 0; done <= 1000; done++) {
                bar.at(done, 1000);
            }
        }
        assertThat(captured.errLines())
                .singleElement()
                .asString()
                .matches("Copying data                      : \\[100\\.0 %\\] +[0-9.]+s");
        assertThat(captured.err()).doesNotContain("\r").doesNotContain("\033");
        assertThat(captured.out()).isEmpty();
    }

    @Test
    void shouldSayNothingOfAStageThatNeverBegan() {
        Captured captured = new Captured(true);
        try (ProgressBoard board = new ProgressBoard(captured.console())) {
            board.bar("Writing dump file");
        }
        assertThat(captured.err()).doesNotContain("Writing");
    }

    @Test
    void shouldDrawABarForEachStageOnATerminal() {
        Captured captured = new Captured(true);
        try (ProgressBoard board = new ProgressBoard(captured.console())) {
            board.bar("Describing pages").at(451, 1000);
            board.bar("Copying data").at(1, 4);
            board.redraw();
        }
        assertThat(captured.err())
                .contains("\r\033[KDescribing pages                  : [ 45.1 %]")
                .contains("\r\033[KCopying data                      : [ 25.0 %]")
                .contains("eta: ");
    }

    @Test
    void shouldCutBarsThatAreWiderThanTheTerminal() {
        Captured captured = new Captured(true);
        try (ProgressBoard board = new ProgressBoard(captured.console())) {
            board.bar("Copying data").at(1, 4);
            board.redraw();
        }
        assertThat(captured.err()).startsWith("\033[?7l").endsWith("\033[?7h");
    }

    @Test
    void shouldMakeWayForLinesOnATerminal() {
        Captured captured = new Captured(true);
        try (ProgressBoard board = new ProgressBoard(captured.console())) {
            board.bar("Copying data").at(1, 4);
            board.redraw();
            captured.console().complain("something happened");
        }
        assertThat(captured.err())
                .containsPattern(
                        "\\n\\033\\[\\?7h(\\033\\[A)?\\r?(\\033\\[A\\r\\033\\[K)+vmcore-stream: something happened\\n");
    }

    @Test
    void shouldNotSayAllIsDoneBeforeItIs() {
        ProgressBar bar = new ProgressBar("x");
        bar.at(999_999_999, 1_000_000_000);
        assertThat(bar.promille()).isEqualTo(999);
        bar.at(1_000_000_000, 1_000_000_000);
        assertThat(bar.promille()).isEqualTo(1000);
    }

    @Test
    void shouldEndAStageWithoutAnyUnits() {
        ProgressBar bar = new ProgressBar("x");
        bar.at(0, 0);
        assertThat(bar.finished()).isTrue();
        assertThat(bar.line(0)).contains("[100.0 %]");
    }

    @Test
    void shouldSayTimesShortly() {
        assertThat(ProgressBar.span(3.2)).isEqualTo("3s");
        assertThat(ProgressBar.span(192)).isEqualTo("3m12s");
        assertThat(ProgressBar.span(7500)).isEqualTo("2h05m");
        assertThat(ProgressBar.span(-1)).isEqualTo("0s");
    }
}
