// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentTest {
    private static final String HEAD = "# command: benchmarks/speed x.elf\n# machine: one core\n# date: 2026-01-02\n"
            + "# commit: abc\n# note: it was dark\n# anything else\n";

    @TempDir
    Path results;

    @BeforeEach
    void measure() throws IOException {
        Files.writeString(
                results.resolve("speed.tsv"),
                HEAD + "codec\tlevel\tbytes\twall s\nzlib\t31\t42500000\t2.1\nlzo\t31\t999\t0.45\nlzo\t1\t-\t13\n");
    }

    @Test
    void shouldMakeATableOfAnyColumnsWithItsOriginBelow() throws IOException {
        assertThat(render("before\n<!-- results: speed -->\nold\n<!-- end -->\nafter\n"))
                .isEqualTo("""
                        before
                        <!-- results: speed -->
                        | codec | level | bytes | wall s |
                        |---|---:|---:|---:|
                        | zlib | 31 | 42,500,000 | 2.1 |
                        | lzo | 31 | 999 | 0.45 |
                        | lzo | 1 | – | 13 |

                        `benchmarks/speed x.elf` on one core; 2026-01-02, commit abc.
                        - it was dark
                        <!-- end -->
                        after
                        """);
    }

    @Test
    void shouldChooseRowsAndColumns() throws IOException {
        assertThat(
                        render(
                                "<!-- results: speed; where level = 31; where codec = lzo; columns wall s, codec -->\n<!-- end -->"))
                .contains("| wall s | codec |\n|---:|---|\n| 0.45 | lzo |\n\n");
        assertThat(render("<!-- results: speed; where level = 31 -->\n<!-- end -->"))
                .contains("| codec | bytes | wall s |\n");
    }

    @Test
    void shouldComeToRestAfterOneRendering() throws IOException {
        String once =
                render("<!-- results: speed -->\n<!-- end -->\n\ntext | with\n\n<!-- results: speed -->\n<!-- end -->");
        assertThat(render(once)).isEqualTo(once);
    }

    @Test
    void shouldSayWhatWasNeverMeasured() throws IOException {
        assertThat(render("<!-- results: other -->\n<!-- end -->"))
                .contains("Not measured yet: there is no `benchmarks/results/other.tsv`.");
    }

    @Test
    void shouldLeaveADocumentWithoutPlacesAlone() throws IOException {
        assertThat(render("a\n\nb")).isEqualTo("a\n\nb");
    }

    @Test
    void shouldKeepBarsOfValuesOutOfTheTable() throws IOException {
        Files.writeString(results.resolve("bars.tsv"), "a|b\nc|d\n");
        assertThat(render("<!-- results: bars -->\n<!-- end -->")).contains("| a\\|b |\n|---|\n| c\\|d |\n");
    }

    @Test
    void shouldRefuseAPlaceWithoutEnd() {
        refuses("<!-- results: speed -->\nx", "x.md: ends within a place, expected '<!-- end -->'");
        refuses("<!-- results: speed -->\n<!-- results: speed -->", "expected '<!-- end -->' before it");
        refuses("<!-- end -->", "expected '<!-- results:' before it");
        refuses("<!-- results: speed", "expected '-->' in the same line");
    }

    @Test
    void shouldRefuseAPlaceThatMakesNoSense() {
        refuses("<!-- results: ../speed -->", "expected the name of a results file");
        refuses("<!-- results: speed; when level = 31 -->", "'when level = 31', expected where COLUMN = VALUE");
        refuses("<!-- results: speed; where rank = 31 -->", "speed.tsv: has no column 'rank'");
        refuses("<!-- results: speed; columns wall -->", "speed.tsv: has no column 'wall'");
        refuses("<!-- results: speed; where level = 17 -->", "speed.tsv: has no row with {level=17}");
    }

    @Test
    void shouldRefuseResultsWithRowsOfAnotherLength() throws IOException {
        Files.writeString(results.resolve("speed.tsv"), HEAD + "a\tb\n1\n");
        refuses("<!-- results: speed -->", "speed.tsv: line 8 has 1 values, expected 2");
        Files.writeString(results.resolve("speed.tsv"), HEAD);
        refuses("<!-- results: speed -->", "speed.tsv: has no columns");
    }

    private String render(String text) throws IOException {
        return Document.render("x.md", text, results);
    }

    private void refuses(String text, String complaint) {
        assertThatThrownBy(() -> render(text))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining(complaint)
                .hasMessageStartingWith("x.md: ");
    }
}
