// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Draws what {@code benchmarks/scale} measured: time and memory against the size of the guest, and time against the number of stripes. */
public final class ScalePlots {
    private static final String BLUE = "#1f77b4";
    private static final String RED = "#d62728";
    private static final String GREEN = "#2ca02c";
    private static final String GREY = "#7f7f7f";

    private static final String CAPTURED = "captured";
    private static final String STANDBY = "by a standby";
    private static final String GUEST = "guest GiB";
    private static final String PLACED = "file in place s";

    private ScalePlots() {}

    /**
     * Takes the folder of {@code scale.tsv} and {@code scale-stripes.tsv}, and the folder that gets {@code scale-size.svg} and
     * {@code scale-stripes.svg}.
     */
    public static void main(String[] arguments) throws IOException {
        Path results = Path.of(arguments[0]);
        Path folder = Path.of(arguments[1]);
        Files.writeString(folder.resolve("scale-size.svg"), size(ScaleRows.read(results.resolve("scale.tsv"))));
        Files.writeString(
                folder.resolve("scale-stripes.svg"), stripes(ScaleRows.read(results.resolve("scale-stripes.tsv"))));
    }

    private static String size(List<ScaleRows.Row> rows) {
        String memoryOfGuest = "memory of the guest, GiB (hollow: holes instead of contents)";
        List<ScaleRows.Row> standby = where(rows, CAPTURED, STANDBY);
        Panel time = new Panel("Time until the file is in place", memoryOfGuest, "seconds", true, true);
        byContents(
                time,
                "makedumpfile",
                GREY,
                where(rows, CAPTURED, rows.isEmpty() ? "" : rows.get(0).text(CAPTURED)),
                "makedumpfile s");
        byContents(time, "captured by a standby", BLUE, standby, PLACED);
        byContents(time, "captured by itself", RED, where(rows, CAPTURED, "by itself"), PLACED);
        Panel memory = new Panel("Most memory of each process", memoryOfGuest, "MiB", true, false);
        byContents(memory, "produce and standby", GREEN, standby, "produce MiB");
        byContents(memory, "processor", RED, standby, "processor MiB");
        byContents(memory, "sink", BLUE, standby, "sink MiB");
        byContents(memory, "broker", GREY, standby, "broker MiB");
        return Panel.svg(List.of(time, memory));
    }

    /** A guest of holes is another kind of guest: no line leads from one kind to the other. */
    private static void byContents(Panel panel, String name, String color, List<ScaleRows.Row> rows, String column) {
        panel.line(
                name,
                color,
                points(where(rows, "contents", "tile"), GUEST, column),
                points(where(rows, "contents", "holes"), GUEST, column));
    }

    private static List<ScaleRows.Row> where(List<ScaleRows.Row> rows, String column, String text) {
        return rows.stream().filter(row -> row.text(column).equals(text)).toList();
    }

    private static String stripes(List<ScaleRows.Row> rows) {
        String of = rows.isEmpty() ? "" : ", " + rows.get(0).text(GUEST) + " GiB";
        Panel time = new Panel("Time against stripes" + of, "stripes", "seconds", false, false);
        List<ScaleRows.Row> one =
                rows.stream().filter(row -> row.number("parts and sinks") == 1).toList();
        List<ScaleRows.Row> split = rows.stream()
                .filter(row -> row.number("stripes") == row.number("parts and sinks"))
                .toList();
        time.line("one file, one sink", BLUE, points(one, "stripes", PLACED));
        time.line("of that, produce", GREEN, points(one, "stripes", "produce s"));
        time.line("a part and a sink a stripe", RED, points(split, "stripes", PLACED));
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
