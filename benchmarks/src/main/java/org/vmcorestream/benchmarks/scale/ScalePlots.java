// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Draws results/scale.tsv: time and memory against the size of the guest, and time against the number of stripes. */
public final class ScalePlots {
    private static final String BLUE = "#1f77b4";
    private static final String RED = "#d62728";
    private static final String GREEN = "#2ca02c";
    private static final String GREY = "#7f7f7f";

    private ScalePlots() {}

    /** Takes the results file and the folder that gets {@code scale-size.svg} and {@code scale-stripes.svg}. */
    public static void main(String[] arguments) throws IOException {
        ScaleRows rows = ScaleRows.read(Path.of(arguments[0]));
        Path folder = Path.of(arguments[1]);
        Files.writeString(folder.resolve("scale-size.svg"), size(rows.bySize()));
        Files.writeString(folder.resolve("scale-stripes.svg"), stripes(rows.byStripes()));
    }

    private static String size(List<ScaleRows.Row> rows) {
        Panel time = new Panel("Time until the file is in place", "memory of the guest, GiB", "seconds", true, true);
        time.line("makedumpfile", GREY, points(rows, "guest GiB", "makedumpfile s"));
        time.line("vmcore-stream, services up", BLUE, points(rows, "guest GiB", "file in place s"));
        time.line("of that, produce", GREEN, points(rows, "guest GiB", "produce s"));
        Panel memory = new Panel("Most memory of each process", "memory of the guest, GiB", "MiB", true, false);
        memory.line("produce", GREEN, points(rows, "guest GiB", "produce MiB"));
        memory.line("processor", RED, points(rows, "guest GiB", "processor MiB"));
        memory.line("sink", BLUE, points(rows, "guest GiB", "sink MiB"));
        memory.line("broker", GREY, points(rows, "guest GiB", "broker MiB"));
        return Panel.svg(List.of(time, memory));
    }

    private static String stripes(List<ScaleRows.Row> rows) {
        String of = rows.isEmpty() ? "" : ", " + rows.get(0).text("guest GiB") + " GiB";
        Panel time = new Panel("Time against stripes" + of, "stripes", "seconds", false, false);
        List<ScaleRows.Row> one =
                rows.stream().filter(row -> row.number("parts and sinks") == 1).toList();
        List<ScaleRows.Row> split = rows.stream()
                .filter(row -> row.number("stripes") == row.number("parts and sinks"))
                .toList();
        time.line("one file, one sink", BLUE, points(one, "stripes", "file in place s"));
        time.line("of that, produce", GREEN, points(one, "stripes", "produce s"));
        time.line("a part and a sink a stripe", RED, points(split, "stripes", "file in place s"));
        Panel cpu = new Panel("CPU time against stripes" + of, "stripes", "seconds", false, false);
        cpu.line("produce", GREEN, points(one, "stripes", "produce CPU s"));
        cpu.line("services", BLUE, points(one, "stripes", "services CPU s"));
        cpu.line("services, a sink a stripe", RED, points(split, "stripes", "services CPU s"));
        return Panel.svg(List.of(time, cpu));
    }

    private static List<Panel.Point> points(List<ScaleRows.Row> rows, String x, String y) {
        List<Panel.Point> points = new ArrayList<>();
        for (ScaleRows.Row row : rows) {
            if (!row.text(y).isEmpty()) {
                points.add(new Panel.Point(row.number(x), row.number(y)));
            }
        }
        return points;
    }
}
