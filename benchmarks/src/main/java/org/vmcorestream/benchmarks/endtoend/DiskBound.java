// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.vmcorestream.benchmarks.copying.CodecCost;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/**
 * What a dump takes with services up, against what it takes the disk to write as many bytes as went into the log and the file,
 * in turns. And against the least that is possible on this machine: no dump is finished before its bytes are on the disk, nor before
 * its pages are compressed on all cores. Appends rows of medians to a results file.
 */
public final class DiskBound {
    private static final double MEGABYTE = 1e6;
    private static final double MICROS = 1e6;
    private static final double NANOS = 1e9;

    private DiskBound() {}

    /**
     * Takes pairs of name and value; {@code benchmarks/disk} gives them.
     *
     * <p>Ends with 0 when the row was written, 1 when something failed, 3 when there is no room on the disk; one line on standard
     * error says what.
     */
    public static void main(String[] arguments) throws InterruptedException {
        Arguments given = new Arguments(arguments);
        String level = given.text("level");
        String what = given.path("vmcore").getFileName() + ", level " + level + ", " + given.text("codec");
        try {
            Path scratch = given.path("scratch");
            long room = Files.getFileStore(scratch).getUsableSpace();
            long wanted = 2 * Files.size(given.path("vmcore"));
            if (room < wanted) {
                System.err.printf(
                        Locale.ROOT,
                        "disk: %s: skipped: %d MiB free, expected %d MiB for the log and the file%n",
                        what,
                        room >> 20,
                        wanted >> 20);
                System.exit(3);
            }
            measure(given, scratch);
        } catch (IOException e) {
            System.err.println("disk: " + what + ": " + e.getMessage());
            System.exit(1);
        }
    }

    private static void measure(Arguments given, Path scratch) throws IOException, InterruptedException {
        Path vmcore = given.path("vmcore");
        PageCodec codec = given.codec();
        String rules = "level-" + given.text("level");
        VmcoreStream stream = new VmcoreStream(given.path("program"), scratch, given.seconds("limit"));
        Fleet fleet = given.fleet();
        int rounds = given.number("rounds");
        double codecSeconds =
                CodecCost.seconds(vmcore, BuiltInRuleSets.level(Integer.parseInt(given.text("level"))), codec);
        for (Way way : Way.values()) {
            Series series = new Series();
            for (int round = 1; round <= rounds; round++) {
                Removal.settle(scratch);
                VmcoreStream.Sent sent =
                        stream.send(fleet, vmcore, rules, rules, codec, 1, way.options(given.text("standby")));
                requireComplete(sent.file());
                Removal.ofFolderOf(sent.file());
                Removal.settle(scratch);
                long bytes = sent.bytes() + sent.logBytes();
                DiskSpeed disk = DiskSpeed.measure(scratch, bytes);
                System.err.printf(
                        Locale.ROOT,
                        "disk: %s %s %s %s, round %d of %d: file after %.2f s; writing %.0f MB takes %.2f s%n",
                        vmcore.getFileName(),
                        rules,
                        given.text("codec"),
                        way.words(),
                        round,
                        rounds,
                        sent.wallNanos() / NANOS,
                        bytes / MEGABYTE,
                        disk.onDiskNanos() / NANOS);
                add(series, sent, way, disk, codecSeconds);
            }
            row(given, way, series).appendTo(given.path("rows"));
        }
    }

    private static void add(Series series, VmcoreStream.Sent sent, Way way, DiskSpeed disk, double codecSeconds) {
        int cores = Runtime.getRuntime().availableProcessors();
        long bytes = sent.bytes() + sent.logBytes();
        double writing = disk.onDiskNanos() / NANOS;
        double cpu = (way.cpuMicros(sent) + sent.servicesMicros()) / MICROS / cores;
        double compressing = codecSeconds / cores;
        series.add("wall", sent.wallNanos() / NANOS);
        series.add("cores", cpu);
        series.add("codec", compressing);
        series.add("least", Math.max(writing, compressing));
        series.add("nearest", Math.max(writing, cpu));
        series.add("log", sent.logBytes());
        series.add("file", sent.bytes());
        series.add("writing", writing);
        series.add("speed", bytes / MEGABYTE / writing);
        series.add("cached", bytes / MEGABYTE / (disk.cachedNanos() / NANOS));
    }

    private static Row row(Arguments given, Way way, Series series) {
        return new Row()
                .cell("vmcore", given.path("vmcore").getFileName())
                .cell("capture and rule set", "level-" + given.text("level"))
                .cell("codec", given.text("codec"))
                .cell("captured", way.words())
                .cell("rounds", given.number("rounds"))
                .cell("log bytes", series.median("log"), 0)
                .cell("file bytes", series.median("file"), 0)
                .cell("file in place s", series.median("wall"), 2)
                .cell("writing both s", series.median("writing"), 2)
                .cell("ratio", series.medianRatio("wall", "writing"), 2)
                .cell("codec CPU s / cores", series.median("codec"), 2)
                .cell("least possible s", series.median("least"), 2)
                .cell("ratio to it", series.medianRatio("wall", "least"), 2)
                .cell("CPU s / cores", series.median("cores"), 2)
                .cell("limit", series.median("cores") > series.median("writing") ? "cores" : "disk")
                .cell("ratio to the limit", series.medianRatio("wall", "nearest"), 2)
                .cell("disk MB/s", series.median("speed"), 0)
                .cell("page cache MB/s", series.median("cached"), 0);
    }

    private static void requireComplete(Path file) throws IOException {
        try (KdumpFile found = KdumpFile.open(file)) {
            if (found.incomplete()) {
                throw new BenchmarkFailure("the file says of itself that it is incomplete");
            }
        }
    }
}
