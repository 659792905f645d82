// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * This project, as its users run it.
 *
 * @param program path of {@code vmcore-stream}
 * @param scratch folder for what it prints, and for files of {@code run}
 * @param limit how long a dump may take
 */
record VmcoreStream(Path program, Path scratch, Duration limit) {
    /**
     * A dump that was sent to services that are up.
     *
     * @param produce what the {@code produce} command took
     * @param standbyMicros CPU time that the standby used until then
     * @param standbyPeak most memory of the standby, bytes; 0 where there is none
     * @param wallNanos from before the start of {@code produce} until the file had its final name
     * @param servicesMicros CPU time that the services used until then, or until {@code produce} ended where that was later
     * @param logBytes what the broker's logs grew by
     * @param brokerPeak most memory of the broker, bytes
     * @param processorPeak of the processors
     * @param sinkPeak of the sinks
     * @param file the file
     * @param bytes its size
     */
    record Sent(
            MeasuredCommand.Usage produce,
            long standbyMicros,
            long standbyPeak,
            long wallNanos,
            long servicesMicros,
            long logBytes,
            long brokerPeak,
            long processorPeak,
            long sinkPeak,
            Path file,
            long bytes) {}

    /**
     * A file made by one command.
     *
     * @param usage what it took
     * @param file the file
     * @param bytes its size
     */
    record Made(MeasuredCommand.Usage usage, Path file, long bytes) {}

    /**
     * Sends a dump.
     *
     * @param capture rule set that says what travels
     * @param ruleSet rule set of the file
     * @throws BenchmarkFailure when a command or service fails, or no file comes in time
     */
    Sent send(Fleet fleet, Path vmcore, String capture, String ruleSet, PageCodec codec)
            throws IOException, InterruptedException {
        return send(fleet, vmcore, capture, ruleSet, codec, 1, List.of());
    }

    /**
     * Sends a dump of several parts, with more options of {@code produce}; the file is then the part that came last.
     *
     * @throws BenchmarkFailure when a command or service fails, or a file does not come in time
     */
    Sent send(
            Fleet fleet, Path vmcore, String capture, String ruleSet, PageCodec codec, int parts, List<String> options)
            throws IOException, InterruptedException {
        Files.createDirectories(fleet.files());
        fleet.requireAlive();
        fleet.resetPeaks();
        long logBefore = fleet.logBytes();
        long cpuBefore = fleet.cpuMicros();
        long standbyBefore = fleet.standbyMicros();
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "produce",
                vmcore.toString(),
                "--bootstrap-server",
                fleet.address(),
                "--capture",
                capture,
                "--rule-set",
                ruleSet,
                "--codec",
                name(codec)));
        if (parts > 1) {
            command.addAll(List.of("--parts", Integer.toString(parts)));
        }
        command.addAll(options);
        try (FinishedFile watch = FinishedFile.under(fleet.files(), parts);
                MeasuredCommand running = MeasuredCommand.start("produce", scratch, command)) {
            MeasuredCommand.Usage usage = running.finish(limit);
            FinishedFile.Arrival arrival = watch.await(limit.toNanos() - usage.wallNanos());
            long servicesMicros = fleet.cpuMicros() - cpuBefore;
            fleet.requireAlive();
            return new Sent(
                    usage,
                    fleet.standbyMicros() - standbyBefore,
                    fleet.peakBytes(Fleet.STANDBY),
                    arrival.nanoTime() - running.began(),
                    servicesMicros,
                    fleet.logBytes() - logBefore,
                    fleet.peakBytes("broker"),
                    fleet.peakBytes("processor"),
                    fleet.peakBytes("sink"),
                    arrival.path(),
                    Files.size(arrival.path()));
        }
    }

    /**
     * Makes a file with everything in one process.
     *
     * @throws BenchmarkFailure when the command fails or takes too long
     */
    Made run(Path vmcore, int level, PageCodec codec) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(scratch, "run-");
        Path file = folder.resolve("out.kdump");
        List<String> command = List.of(
                program.toString(),
                "run",
                vmcore.toString(),
                "-o",
                file.toString(),
                "-d",
                Integer.toString(level),
                "--codec",
                name(codec));
        try (MeasuredCommand running = MeasuredCommand.start("run", scratch, command)) {
            return new Made(running.finish(limit), file, Files.size(file));
        }
    }

    private static String name(PageCodec codec) {
        return codec.name().toLowerCase(Locale.ROOT);
    }
}
