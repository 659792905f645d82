// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScalePlotsTest {
    private static final List<String> COLUMNS = List.of(
            "guest GiB",
            "stripes",
            "parts and sinks",
            "makedumpfile s",
            "file in place s",
            "produce s",
            "produce CPU s",
            "services CPU s",
            "produce MiB",
            "processor MiB",
            "sink MiB",
            "broker MiB");

    @TempDir
    Path folder;

    @Test
    void shouldDrawALineOfEachProgramAndALegend() throws Exception {
        draw("1\t1\t1\t0.3\t0.9", "6\t2\t1\t1.1\t1.2", "64\t17\t1\t9.5\t6.0", "64\t1\t1\t\t6.1", "64\t2\t2\t\t5.1");

        String size = Files.readString(folder.resolve("scale-size.svg"));
        assertThat(size)
                .contains(">makedumpfile<", ">vmcore-stream, services up<", ">64<")
                .doesNotContain("NaN");
        String stripes = Files.readString(folder.resolve("scale-stripes.svg"));
        assertThat(stripes)
                .contains(">a part and a sink a stripe<", ", 64 GiB<")
                .doesNotContain("NaN");
        for (String name : List.of("scale-size.svg", "scale-stripes.svg")) {
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(folder.resolve(name).toFile());
        }
    }

    @Test
    void shouldSayWhatWasNotMeasured() throws Exception {
        draw("1\t1\t1\t\t0.9");

        assertThat(Files.readString(folder.resolve("scale-size.svg"))).doesNotContain(">makedumpfile<");
        assertThat(Files.readString(folder.resolve("scale-stripes.svg"))).contains("not measured");
    }

    private void draw(String... beginnings) throws IOException {
        StringBuilder text = new StringBuilder("# command: none\n")
                .append(String.join("\t", COLUMNS))
                .append('\n');
        for (String beginning : beginnings) {
            text.append(beginning).append("\t0.5\t1\t2\t200\t200\t200\t300\n");
        }
        Path results = Files.writeString(folder.resolve("scale.tsv"), text.toString());
        ScalePlots.main(new String[] {results.toString(), folder.toString()});
    }
}
