// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
    private static final Table TABLE =
            new Table().text("NAME", 6).number("PAGES", 8).text("WHY", 0);

    @Test
    void shouldAlignTextLeftAndNumbersRight() {
        assertThat(TABLE.header()).isEqualTo("NAME       PAGES  WHY");
        assertThat(TABLE.row("a", 12, "free")).isEqualTo("a             12  free");
        assertThat(TABLE.row("a", 12, "")).isEqualTo("a             12");
    }

    @Test
    void shouldNotCutWhatIsTooWide() {
        assertThat(TABLE.row("too-wide-a-name", 12, "free")).isEqualTo("too-wide-a-name        12  free");
    }

    @Test
    void shouldNotLetACellMoveTheCursor() {
        assertThat(TABLE.row("a\033[2Jb", 1, "c\nd\u009b\u202ee")).doesNotContain("\033", "\n", "\u009b", "\u202e");
    }

    @Test
    void shouldKeepTheLinesOfAText() {
        assertThat(Printable.lines("name: x\r\n\trules:\033[0m\n")).isEqualTo("name: x\n\trules:?[0m\n");
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "1023,1023 B", "1024,1.0 KiB", "268435456,256.0 MiB", "9223372036854775807,8.0 EiB"})
    void shouldSaySizesAsPeopleDo(long bytes, String expected) {
        assertThat(Sizes.binary(bytes)).isEqualTo(expected);
    }

    @Test
    void shouldWriteOneJsonObjectALine() {
        assertThat(new Json()
                        .put("dump", "a\"b\n")
                        .put("pages", new Json().put("free", 3L))
                        .put("ok", true)
                        .line())
                .isEqualTo("{\"dump\":\"a\\\"b\\n\",\"pages\":{\"free\":3},\"ok\":true}");
    }
}
