// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/**
 * What a dump takes with services up, against what it takes the disk to write as many bytes as went into the log and the file,
 * in turns. Appends a row of medians to a results file.
 */
public final class DiskBound {
    private static final double MEGABYTE = 1e6;
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
            measure(given, scratch).appendTo(given.path("rows"));
        } catch (IOException e) {
            System.err.println("disk: " + what + ": " + e.getMessage());
            System.exit(1);
        }
    }

    private static Row measure(Arguments given, Path scratch) throws IOException, InterruptedException {
        Path vmcore = given.path("vmcore");
        PageCodec codec = given.codec();
        String rules = "level-" + given.text("level");
        VmcoreStream stream = new VmcoreStream(given.path("program"), scratch, given.seconds("limit"));
        Fleet fleet = given.fleet();
        int rounds = given.number("rounds");
        Series series = new Series();
        for (int round = 1; round <= rounds; round++) {
            Removal.settle();
            VmcoreStream.Sent sent = stream.send(fleet, vmcore, rules, rules, codec);
            requireComplete(sent.file());
            Removal.ofFolderOf(sent.file());
            Removal.settle();
            long bytes = sent.bytes() + sent.logBytes();
            DiskSpeed disk = DiskSpeed.measure(scratch, bytes);
            System.err.printf(
                    Locale.ROOT,
                    "disk: %s %s %s round %d of %d: file after %.2f s; writing %.0f MB takes %.2f s%n",
                    vmcore.getFileName(),
                    rules,
                    given.text("codec"),
                    round,
                    rounds,
                    sent.wallNanos() / NANOS,
                    bytes / MEGABYTE,
                    disk.syncedNanos() / NANOS);
            series.add("wall", sent.wallNanos() / NANOS);
            series.add("log", sent.logBytes());
            series.add("file", sent.bytes());
            series.add("writing", disk.syncedNanos() / NANOS);
            series.add("speed", bytes / MEGABYTE / (disk.syncedNanos() / NANOS));
            series.add("cached", bytes / MEGABYTE / (disk.cachedNanos() / NANOS));
        }
        return new Row()
                .cell("vmcore", vmcore.getFileName())
                .cell("capture and rule set", rules)
                .cell("codec", given.text("codec"))
                .cell("rounds", rounds)
                .cell("log bytes", series.median("log"), 0)
                .cell("file bytes", series.median("file"), 0)
                .cell("file in place s", series.median("wall"), 2)
                .cell("writing both s", series.median("writing"), 2)
                .cell("ratio", series.medianRatio("wall", "writing"), 2)
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
