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
            "contents",
            "stripes",
            "parts and sinks",
            "captured",
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
    void shouldDrawALineOfEachWayAndALegend() throws Exception {
        write("scale.tsv", "1\ttile\t1\t1\tby a standby\t0.3\t0.2", "1\ttile\t1\t1\tby itself\t0.3\t0.9");
        write("scale-stripes.tsv", "64\ttile\t1\t1\tby a standby\t\t6.1", "64\ttile\t2\t2\tby a standby\t\t5.1");
        draw();

        assertThat(Files.readString(folder.resolve("scale-size.svg")))
                .contains(">makedumpfile<", ">captured by a standby<", ">captured by itself<")
                .doesNotContain("NaN");
        assertThat(Files.readString(folder.resolve("scale-stripes.svg")))
                .contains(">a part and a sink a stripe<", ", 64 GiB<")
                .doesNotContain("NaN");
        for (String name : List.of("scale-size.svg", "scale-stripes.svg")) {
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(folder.resolve(name).toFile());
        }
    }

    @Test
    void shouldNotJoinGuestsOfHolesToGuestsWithContents() throws Exception {
        write(
                "scale.tsv",
                "1\ttile\t1\t1\tby a standby\t0.3\t0.2",
                "64\ttile\t17\t1\tby a standby\t9.5\t6.0",
                "256\tholes\t52\t1\tby a standby\t\t4.0",
                "1024\tholes\t61\t1\tby a standby\t\t9.0");
        draw();

        String blue = Files.readString(folder.resolve("scale-size.svg"))
                .lines()
                .filter(line -> line.startsWith("<path") && line.contains("#1f77b4") && line.contains(" L"))
                .filter(line -> line.contains("fill=\"none\""))
                .reduce("", (before, line) -> before + line + "\n");
        // Two pieces of the time and two of the sink's memory, each from one point to another and no further.
        assertThat(blue.lines()).hasSize(4).allSatisfy(line -> assertThat(line).containsOnlyOnce(" L"));
        assertThat(blue.lines().filter(line -> line.contains("stroke-dasharray")))
                .hasSize(2);
    }

    @Test
    void shouldSayWhatWasNotMeasured() throws Exception {
        write("scale.tsv", "1\ttile\t1\t1\tby itself\t\t0.9");
        draw();

        assertThat(Files.readString(folder.resolve("scale-size.svg"))).doesNotContain(">makedumpfile<");
        assertThat(Files.readString(folder.resolve("scale-stripes.svg"))).contains("not measured");
    }

    private void draw() throws IOException {
        ScalePlots.main(new String[] {folder.toString(), folder.toString()});
    }

    private void write(String name, String... beginnings) throws IOException {
        StringBuilder text = new StringBuilder("# command: none\n")
                .append(String.join("\t", COLUMNS))
                .append('\n');
        for (String beginning : beginnings) {
            text.append(beginning).append("\t0.5\t1\t2\t200\t200\t200\t300\n");
        }
        Files.writeString(folder.resolve(name), text.toString());
    }
}
