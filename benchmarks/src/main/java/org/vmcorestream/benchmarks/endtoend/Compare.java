// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * makedumpfile and this project on one vmcore, at one level in one codec: runs them in turns on the same warm page cache, checks
 * each time that the files are the same dump, and appends a row of medians to two results files.
 */
public final class Compare {
    /** A file above it is made once, and makes no first round that does not count. */
    private static final long LARGE = 1L << 30;

    /** Dumps before those that count: a fleet's services have done more. */
    private static final int WARMING = 5;

    private static final String NOT_COUNTED = "not counted";
    private static final double MIB = 1 << 20;
    private static final double MICROS = 1e6;
    private static final double NANOS = 1e9;

    private final Path vmcore;
    private final String standby;
    private final int level;
    private final PageCodec codec;
    private final Path scratch;
    private final Fleet fleet;
    private final Peer peer;
    private final VmcoreStream stream;
    private final Series series = new Series();

    private Compare(Arguments given) {
        vmcore = given.path("vmcore");
        standby = given.text("standby");
        level = given.number("level");
        codec = given.codec();
        scratch = given.path("scratch");
        fleet = given.fleet();
        Duration limit = given.seconds("limit");
        peer = new Peer(given.text("makedumpfile"), scratch, limit);
        stream = new VmcoreStream(given.path("program"), scratch, limit);
    }

    /**
     * Takes pairs of name and value; {@code benchmarks/compare} gives them.
     *
     * <p>Ends with 0 when the rows were written, 1 when something failed or the files differ, 3 when there is no room on the disk;
     * one line on standard error says what.
     */
    public static void main(String[] arguments) throws InterruptedException {
        Arguments given = new Arguments(arguments);
        String what =
                given.path("vmcore").getFileName() + ", level " + given.text("level") + ", " + given.text("codec");
        try {
            new Compare(given)
                    .measure(
                            given.number("rounds"),
                            given.number("threads"),
                            given.path("rows"),
                            given.path("run-rows"));
        } catch (NoRoom e) {
            System.err.println("compare: " + what + ": skipped: " + e.getMessage());
            System.exit(3);
        } catch (IOException e) {
            System.err.println("compare: " + what + ": " + e.getMessage());
            System.exit(1);
        }
    }

    private void measure(int wanted, int threads, Path rows, Path runRows) throws IOException, InterruptedException {
        requireRoom(Files.size(vmcore), "a file of at most the vmcore's size");
        Peer.Made reference = peer.make(vmcore, level, codec, 0);
        int best = 0;
        say("makedumpfile, one thread", reference.usage());
        if (threads > 0) {
            // Its log and file, makedumpfile's second file and the broker's rounding up.
            requireRoom(4 * reference.bytes(), "makedumpfile's file, the log and the file");
            Removal.settle(scratch);
            Peer.Made other = peer.make(vmcore, level, codec, threads);
            say("makedumpfile, --num-threads " + threads, other.usage());
            best = other.usage().wallNanos() < reference.usage().wallNanos() ? threads : 0;
            Files.delete(other.file());
        }
        boolean large = reference.bytes() > LARGE;
        int rounds = large ? 1 : wanted;
        if (!large) {
            for (int i = 0; i < WARMING; i++) {
                send(reference, Way.STANDBY, NOT_COUNTED);
            }
        }
        long pages = 0;
        for (int round = 1; round <= rounds; round++) {
            String of = "round " + round + " of " + rounds;
            measurePeer(best, of);
            for (Way way : Way.values()) {
                pages = send(reference, way, of);
            }
            run(reference, of);
        }
        Files.delete(reference.file());
        for (Way way : Way.values()) {
            rowOfServices(way, rounds, best, pages).appendTo(rows);
        }
        rowOfRun(rounds).appendTo(runRows);
    }

    private void measurePeer(int threads, String round) throws IOException, InterruptedException {
        Removal.settle(scratch);
        Peer.Made made = peer.make(vmcore, level, codec, threads);
        Files.delete(made.file());
        say("makedumpfile, " + round, made.usage());
        series.add("peer wall", made.usage().wallNanos() / NANOS);
        series.add("peer synced", (made.usage().wallNanos() + made.syncNanos()) / NANOS);
        series.add("peer CPU", made.usage().cpuMicros() / MICROS);
        series.add("peer memory", made.usage().peakBytes() / MIB);
        series.add("peer bytes", made.bytes());
    }

    private long send(Peer.Made reference, Way way, String round) throws IOException, InterruptedException {
        Removal.settle(scratch);
        String rules = "level-" + level;
        VmcoreStream.Sent sent = stream.send(fleet, vmcore, rules, rules, codec, 1, way.options(standby));
        say(
                String.format(
                        Locale.ROOT,
                        "%s, %s: file after %.2f s; produce",
                        way.words(),
                        round,
                        sent.wallNanos() / NANOS),
                sent.produce());
        long pages = SameDump.check(reference.file(), sent.file());
        Removal.ofFolderOf(sent.file());
        if (!round.equals(NOT_COUNTED)) {
            long producing = way.cpuMicros(sent);
            series.add(way.of("wall"), sent.wallNanos() / NANOS);
            series.add(way.of("produce wall"), sent.produce().wallNanos() / NANOS);
            series.add(way.of("produce CPU"), producing / MICROS);
            series.add(way.of("services CPU"), sent.servicesMicros() / MICROS);
            series.add(way.of("all CPU"), (producing + sent.servicesMicros()) / MICROS);
            series.add(way.of("produce memory"), way.peakBytes(sent) / MIB);
            series.add(way.of("broker memory"), sent.brokerPeak() / MIB);
            series.add(way.of("processor memory"), sent.processorPeak() / MIB);
            series.add(way.of("sink memory"), sent.sinkPeak() / MIB);
            series.add(way.of("bytes"), sent.bytes());
            series.add(way.of("log bytes"), sent.logBytes());
        }
        return pages;
    }

    private void run(Peer.Made reference, String round) throws IOException, InterruptedException {
        Removal.settle(scratch);
        VmcoreStream.Made made = stream.run(vmcore, level, codec);
        say("run, " + round, made.usage());
        SameDump.check(reference.file(), made.file());
        Removal.ofFolderOf(made.file());
        series.add("run wall", made.usage().wallNanos() / NANOS);
        series.add("run CPU", made.usage().cpuMicros() / MICROS);
        series.add("run memory", made.usage().peakBytes() / MIB);
        series.add("run bytes", made.bytes());
    }

    private Row row(int rounds) {
        return new Row()
                .cell("vmcore", vmcore.getFileName())
                .cell("level", level)
                .cell("codec", codec.name().toLowerCase(Locale.ROOT))
                .cell("rounds", rounds);
    }

    private Row rowOfServices(Way way, int rounds, int threads, long pages) {
        return row(rounds)
                .cell("captured", way.words())
                .cell("makedumpfile's threads", threads)
                .cell("makedumpfile s", series.median("peer wall"), 3)
                .cell("file in place s", series.median(way.of("wall")), 3)
                .cell("ratio", series.medianRatio(way.of("wall"), "peer wall"), 2)
                .cell("makedumpfile and fsync s", series.median("peer synced"), 3)
                .cell("produce s", series.median(way.of("produce wall")), 3)
                .cell("makedumpfile CPU s", series.median("peer CPU"), 2)
                .cell("produce CPU s", series.median(way.of("produce CPU")), 2)
                .cell("CPU ratio", series.medianRatio(way.of("produce CPU"), "peer CPU"), 2)
                .cell("services CPU s", series.median(way.of("services CPU")), 2)
                .cell("CPU ratio with services", series.medianRatio(way.of("all CPU"), "peer CPU"), 2)
                .cell("makedumpfile MiB", series.median("peer memory"), 0)
                .cell("produce MiB", series.median(way.of("produce memory")), 0)
                .cell("memory ratio", series.medianRatio(way.of("produce memory"), "peer memory"), 1)
                .cell("broker MiB", series.median(way.of("broker memory")), 0)
                .cell("processor MiB", series.median(way.of("processor memory")), 0)
                .cell("sink MiB", series.median(way.of("sink memory")), 0)
                .cell("makedumpfile bytes", series.median("peer bytes"), 0)
                .cell("file bytes", series.median(way.of("bytes")), 0)
                .cell("bytes ratio", series.medianRatio(way.of("bytes"), "peer bytes"), 4)
                .cell("log bytes", series.median(way.of("log bytes")), 0)
                .cell("pages in both", pages);
    }

    private Row rowOfRun(int rounds) {
        return row(rounds)
                .cell("makedumpfile s", series.median("peer wall"), 3)
                .cell("run s", series.median("run wall"), 3)
                .cell("ratio", series.medianRatio("run wall", "peer wall"), 2)
                .cell("above makedumpfile s", series.medianDifference("run wall", "peer wall"), 3)
                .cell("above services up s", series.medianDifference("run wall", Way.STANDBY.of("wall")), 3)
                .cell("makedumpfile CPU s", series.median("peer CPU"), 2)
                .cell("run CPU s", series.median("run CPU"), 2)
                .cell("CPU ratio", series.medianRatio("run CPU", "peer CPU"), 2)
                .cell("makedumpfile MiB", series.median("peer memory"), 0)
                .cell("run MiB", series.median("run memory"), 0)
                .cell("file bytes", series.median("run bytes"), 0);
    }

    private void requireRoom(long bytes, String forWhat) throws IOException {
        long room = Files.getFileStore(scratch).getUsableSpace();
        if (room < bytes) {
            throw new NoRoom(String.format(
                    Locale.ROOT, "%d MiB free on the disk, expected %d MiB for %s", room >> 20, bytes >> 20, forWhat));
        }
    }

    private void say(String what, MeasuredCommand.Usage usage) {
        System.err.printf(
                Locale.ROOT,
                "compare: %s level %d %-6s %s: %.2f s, CPU %.2f s, %.0f MiB%n",
                vmcore.getFileName(),
                level,
                codec.name().toLowerCase(Locale.ROOT),
                what,
                usage.wallNanos() / NANOS,
                usage.cpuMicros() / MICROS,
                usage.peakBytes() / MIB);
    }

    private static final class NoRoom extends IOException {
        private static final long serialVersionUID = 1L;

        NoRoom(String message) {
            super(message);
        }
    }
}
