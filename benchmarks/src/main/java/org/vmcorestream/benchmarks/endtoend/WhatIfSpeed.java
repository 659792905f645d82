// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.Vmcore;

/**
 * What a level would keep of a stored dump: {@code whatif} on its metadata against {@code makedumpfile --dry-run --show-stats} on
 * the vmcore, in turns. Both must count the same pages; appends a row of medians.
 */
public final class WhatIfSpeed {
    private static final double GIB = 1 << 30;
    private static final double MIB = 1 << 20;
    private static final double NANOS = 1e9;
    private static final double MICROS = 1e6;

    /** Counters that do not depend on contents of pages, as the two programs call them. */
    private static final Map<String, String> COUNTERS = Map.of(
            "cache", "Non-private cache pages",
            "cache-private", "Private cache pages",
            "user", "User process data pages",
            "free", "Free pages",
            "hwpoison", "Hwpoison pages",
            "offline", "Offline pages");

    private final Arguments given;
    private final Path vmcore;
    private final Path scratch;
    private final String dump;
    private final Series series = new Series();

    private WhatIfSpeed(Arguments given) {
        this.given = given;
        vmcore = given.path("vmcore");
        scratch = given.path("scratch");
        dump = given.text("dump");
    }

    /**
     * Takes pairs of name and value; {@code benchmarks/whatif-speed} gives them.
     *
     * <p>Ends with 0 when the row was written, 1 when something failed or the two count differently; one line on standard error says
     * what.
     */
    public static void main(String[] arguments) throws InterruptedException {
        Arguments given = new Arguments(arguments);
        try {
            new WhatIfSpeed(given).measure();
        } catch (IOException e) {
            System.err.println("whatif-speed: " + given.path("vmcore").getFileName() + ": " + e.getMessage());
            System.exit(1);
        }
    }

    private void measure() throws IOException, InterruptedException {
        int rounds = given.number("rounds");
        int peerRounds = given.number("peer-rounds");
        int level = given.number("level");
        Peer peer = new Peer(given.text("makedumpfile"), scratch, given.seconds("limit"));
        Map<String, Long> theirs = new TreeMap<>();
        Map<String, Long> ours = new TreeMap<>();
        for (int round = 1; round <= rounds; round++) {
            if (round <= peerRounds) {
                MeasuredCommand.Usage usage = peer.decide(vmcore, level);
                add("peer", usage);
                theirs.putAll(counted(Files.readString(scratch.resolve("command.out"), StandardCharsets.ISO_8859_1)));
            }
            MeasuredCommand.Usage usage = whatIf(level);
            add("whatif", usage);
            ours.putAll(decided(usage.output()));
        }
        if (!ours.equals(theirs)) {
            throw new BenchmarkFailure("what-if counts " + ours + " and makedumpfile " + theirs);
        }
        long pages;
        try (Vmcore opened = Vmcore.open(vmcore)) {
            pages = opened.memory().backedRuns().stream()
                    .mapToLong(PfnRun::pages)
                    .sum();
        }
        new Row()
                .cell("guest GiB", pages * 4096 / GIB, 0)
                .cell("rounds", rounds)
                .cell("makedumpfile's rounds", peerRounds)
                .cell("makedumpfile s", series.median("peer wall"), 2)
                .cell("whatif s", series.median("whatif wall"), 2)
                .cell("times faster", series.median("peer wall") / series.median("whatif wall"), 1)
                .cell("makedumpfile CPU s", series.median("peer CPU"), 2)
                .cell("whatif CPU s", series.median("whatif CPU"), 2)
                .cell("makedumpfile MiB", series.median("peer memory"), 0)
                .cell("whatif MiB", series.median("whatif memory"), 0)
                .cell("million pages a second", pages / 1e6 / series.median("whatif wall"), 0)
                .cell(
                        "pages counted the same",
                        ours.values().stream().mapToLong(Long::longValue).sum())
                .appendTo(given.path("rows"));
    }

    private MeasuredCommand.Usage whatIf(int level) throws IOException, InterruptedException {
        List<String> command = List.of(
                given.text("program"),
                "whatif",
                "--rule-set",
                "level-" + level,
                "--dump",
                dump,
                "--json",
                "--bootstrap-server",
                given.text("address"));
        try (MeasuredCommand running = MeasuredCommand.start("whatif", scratch, command)) {
            return running.finish(given.seconds("limit"));
        }
    }

    private void add(String who, MeasuredCommand.Usage usage) {
        series.add(who + " wall", usage.wallNanos() / NANOS);
        series.add(who + " CPU", usage.cpuMicros() / MICROS);
        series.add(who + " memory", usage.peakBytes() / MIB);
        System.err.printf(
                Locale.ROOT, "whatif-speed: %s, %s: %.2f s%n", vmcore.getFileName(), who, usage.wallNanos() / NANOS);
    }

    /** Counters of {@code --show-stats}: a name and a number of 64 bits, 0x and 16 digits, a line. */
    private static Map<String, Long> counted(String said) throws BenchmarkFailure {
        Map<String, Long> counters = new TreeMap<>();
        for (Map.Entry<String, String> counter : COUNTERS.entrySet()) {
            Matcher found = Pattern.compile("\\s" + Pattern.quote(counter.getValue()) + "\\s*: 0x([0-9a-f]{16})")
                    .matcher(said);
            if (!found.find()) {
                throw new BenchmarkFailure("makedumpfile does not say its " + counter.getValue());
            }
            counters.put(counter.getKey(), Long.parseLong(found.group(1), 16));
        }
        return counters;
    }

    /** The same of {@code whatif --json}: {@code "then":{"kept":1,...}} of the dump's line. Unaccepted pages count as free. */
    private static Map<String, Long> decided(String line) throws BenchmarkFailure {
        Matcher then = Pattern.compile("\"then\":\\{([^}]*)}").matcher(line);
        if (!then.find()) {
            throw new BenchmarkFailure("whatif says " + line);
        }
        Map<String, Long> counters = new TreeMap<>();
        COUNTERS.keySet().forEach(name -> counters.put(name, 0L));
        Matcher pair = Pattern.compile("\"([a-z-]+)\":(\\d+)").matcher(then.group(1));
        while (pair.find()) {
            String name = pair.group(1).equals("unaccepted") ? "free" : pair.group(1);
            counters.computeIfPresent(name, (unused, count) -> count + Long.parseLong(pair.group(2)));
        }
        return counters;
    }
}
