// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @Test
    void shouldFindTheDocsOfThisProjectAsTheResultsMakeThem() throws IOException {
        Path project = Path.of("").toAbsolutePath().getParent();
        assertThat(project.resolve("docs/performance.md")).content().contains("<!-- results: compare");
        assertThat(Report.stale(project))
                .as("documents that benchmarks/report would change")
                .isEmpty();
    }

    @Test
    void shouldFindADocumentThatIsNotWhatTheResultsMakeOfIt(@TempDir Path project) throws IOException {
        Files.createDirectories(project.resolve("docs"));
        Files.createDirectories(project.resolve("benchmarks/results"));
        Files.writeString(project.resolve("benchmarks/results/a.tsv"), "x\n1\n");
        Files.writeString(project.resolve("docs/plain.md"), "nothing measured\n");
        Path typed = Files.writeString(project.resolve("docs/typed.md"), "<!-- results: a -->\n2\n<!-- end -->\n");
        assertThat(Report.stale(project)).containsExactly(typed);
    }
}
