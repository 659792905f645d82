// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.vmcorestream.producer.CaptureSettings;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * One dump of some size in some number of stripes, with services up, captured in one or more {@linkplain Way ways}, and makedumpfile
 * beside it: all take turns. Appends a row of medians for each way.
 */
public final class Scale {
    private static final long PAGE = 4096;
    private static final double GIB = 1 << 30;
    private static final double MIB = 1 << 20;
    private static final double NANOS = 1e9;
    private static final double MICROS = 1e6;

    private final Path vmcore;
    private final Fleet fleet;
    private final int parts;
    private final List<Way> ways;
    private final Series series = new Series();

    private Scale(Path vmcore, Fleet fleet, int parts, List<Way> ways) {
        this.vmcore = vmcore;
        this.fleet = fleet;
        this.parts = parts;
        this.ways = ways;
    }

    /**
     * Takes pairs of name and value; {@code benchmarks/scale} gives them.
     *
     * <p>Ends with 0 when the row was written, 1 when something failed; one line on standard error says what.
     */
    public static void main(String[] arguments) throws InterruptedException {
        Arguments given = new Arguments(arguments);
        Path vmcore = given.path("vmcore");
        try {
            new Scale(vmcore, given.fleet(), given.number("parts"), ways(given.text("ways"))).measure(given);
        } catch (IOException e) {
            System.err.println("scale: " + vmcore.getFileName() + ": " + e.getMessage());
            System.exit(1);
        }
    }

    private static List<Way> ways(String names) {
        return Stream.of(names.split(","))
                .map(name -> Way.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
    }

    private void measure(Arguments given) throws IOException, InterruptedException {
        int stripes = given.number("stripes");
        long pages;
        long spannedGib;
        try (Vmcore opened = Vmcore.open(vmcore)) {
            pages = opened.memory().backedRuns().stream()
                    .mapToLong(PfnRun::pages)
                    .sum();
            spannedGib = (opened.memory().endPfn() << opened.pageFacts().pageShift()) + (1L << 30) - 1 >> 30;
        }
        long stripeGib = stripes == 0
                ? CaptureSettings.usualStripeBytes(pages * PAGE) >> 30
                : (spannedGib + stripes - 1) / stripes;
        int level = given.number("level");
        int rounds = given.number("rounds");
        int peerRounds = given.number("peer-rounds");
        Peer peer = new Peer(given.text("makedumpfile"), given.path("scratch"), given.seconds("limit"));
        VmcoreStream stream = new VmcoreStream(given.path("program"), given.path("scratch"), given.seconds("limit"));
        for (int round = 1; round <= Math.max(rounds, peerRounds); round++) {
            if (round <= peerRounds) {
                Removal.settle(given.path("scratch"));
                peer(peer, level, given.codec(), round);
            }
            for (Way way : round <= rounds ? ways : List.<Way>of()) {
                Removal.settle(given.path("scratch"));
                List<String> options = new ArrayList<>(way.options(given.text("standby")));
                options.addAll(List.of("--stripe-size", Long.toString(stripeGib)));
                send(stream, level, given.codec(), way, options, round);
            }
        }
        for (Way way : ways) {
            row(given, way, pages, spannedGib, stripeGib).appendTo(given.path("rows"));
        }
    }

    private void peer(Peer peer, int level, PageCodec codec, int round) throws IOException, InterruptedException {
        Peer.Made made = peer.make(vmcore, level, codec, 0);
        Files.delete(made.file());
        say("makedumpfile", round, made.usage().wallNanos());
        series.add("peer wall", made.usage().wallNanos() / NANOS);
        series.add("peer CPU", made.usage().cpuMicros() / MICROS);
        series.add("peer bytes", made.bytes());
        series.add("peer memory", made.usage().peakBytes() / MIB);
    }

    private void send(VmcoreStream stream, int level, PageCodec codec, Way way, List<String> options, int round)
            throws IOException, InterruptedException {
        String rules = "level-" + level;
        VmcoreStream.Sent sent = stream.send(fleet, vmcore, rules, rules, codec, parts, options);
        String what = parts == 1 ? "file in place" : parts + " parts in place";
        say(what + ", captured " + way.words(), round, sent.wallNanos());
        series.add(way.of("bytes"), bytesOfParts(sent.file()));
        Removal.ofFolderOf(sent.file());
        series.add(way.of("wall"), sent.wallNanos() / NANOS);
        series.add(way.of("produce wall"), sent.produce().wallNanos() / NANOS);
        series.add(way.of("produce CPU"), way.cpuMicros(sent) / MICROS);
        series.add(way.of("services CPU"), sent.servicesMicros() / MICROS);
        series.add(way.of("produce memory"), way.peakBytes(sent) / MIB);
        series.add(way.of("broker memory"), sent.brokerPeak() / MIB);
        series.add(way.of("processor memory"), sent.processorPeak() / MIB);
        series.add(way.of("sink memory"), sent.sinkPeak() / MIB);
        series.add(way.of("log bytes"), sent.logBytes());
    }

    /** Bytes of all parts of a dump: {@code vmcore} or {@code vmcore-KofN}, beside the one given. */
    private static long bytesOfParts(Path file) throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> parts =
                Files.newDirectoryStream(file.getParent(), "{vmcore,vmcore-[0-9]*of[0-9]*}")) {
            for (Path part : parts) {
                bytes += Files.size(part);
            }
        }
        return bytes;
    }

    private Row row(Arguments given, Way way, long pages, long spannedGib, long stripeGib) {
        boolean peer = given.number("peer-rounds") > 0;
        double gib = pages * PAGE / GIB;
        return new Row()
                .cell("guest GiB", gib, 0)
                .cell("contents", given.text("contents"))
                .cell("stripes", (spannedGib + stripeGib - 1) / stripeGib)
                .cell("parts and sinks", parts)
                .cell("captured", way.words())
                .cell("rounds", given.number("rounds"))
                .cell("makedumpfile s", peer ? Series.decimals(series.median("peer wall"), 3) : "")
                .cell("file in place s", series.median(way.of("wall")), 3)
                .cell("ratio", peer ? Series.decimals(series.medianRatio(way.of("wall"), "peer wall"), 2) : "")
                .cell("produce s", series.median(way.of("produce wall")), 3)
                .cell("ms a GiB", 1000 * series.median(way.of("wall")) / gib, 1)
                .cell("makedumpfile CPU s", peer ? Series.decimals(series.median("peer CPU"), 2) : "")
                .cell("produce CPU s", series.median(way.of("produce CPU")), 2)
                .cell("services CPU s", series.median(way.of("services CPU")), 2)
                .cell("makedumpfile MiB", peer ? Series.decimals(series.median("peer memory"), 0) : "")
                .cell("produce MiB", series.median(way.of("produce memory")), 0)
                .cell("broker MiB", series.median(way.of("broker memory")), 0)
                .cell("processor MiB", series.median(way.of("processor memory")), 0)
                .cell("sink MiB", series.median(way.of("sink memory")), 0)
                .cell("file bytes", series.median(way.of("bytes")), 0)
                .cell("log bytes", series.median(way.of("log bytes")), 0);
    }

    private void say(String what, int round, long nanos) {
        System.err.printf(
                Locale.ROOT,
                "scale: %s, round %d: %s after %.2f s%n",
                vmcore.getFileName(),
                round,
                what,
                nanos / NANOS);
    }
}
