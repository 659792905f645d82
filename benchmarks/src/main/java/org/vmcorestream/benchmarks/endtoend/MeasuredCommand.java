// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a command and says what it took. One at a time in this process, because the CPU time is that of all children. */
final class MeasuredCommand implements AutoCloseable {
    private static final long LOOK_MILLIS = 10;

    private final String name;
    private final Path complaints;
    private final Path output;
    private final long cpuBefore;
    private final long began;
    private final Process process;
    private final Thread watcher;
    private volatile long peak;

    /**
     * What a command took.
     *
     * @param wallNanos from before its start to its end
     * @param cpuMicros user and system time, of its children too
     * @param peakBytes most memory resident, looked at every 10 ms
     * @param output first line that it printed, empty when there is none
     */
    record Usage(long wallNanos, long cpuMicros, long peakBytes, String output) {}

    private MeasuredCommand(String name, Path scratch, List<String> command) throws IOException {
        this.name = name;
        complaints = scratch.resolve("command.log");
        output = scratch.resolve("command.out");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new java.io.File("/dev/null"))
                .redirectOutput(output.toFile())
                .redirectError(complaints.toFile());
        // makedumpfile keeps its bitmap there.
        builder.environment().put("TMPDIR", scratch.toString());
        cpuBefore = ChildrenCpu.micros();
        began = System.nanoTime();
        process = builder.start();
        watcher = new Thread(this::watch, "peak-of-" + name);
        watcher.setDaemon(true);
        watcher.start();
    }

    /**
     * Starts a command.
     *
     * @param name for messages
     * @param scratch folder for what it prints and its temporary files
     */
    static MeasuredCommand start(String name, Path scratch, List<String> command) throws IOException {
        return new MeasuredCommand(name, scratch, command);
    }

    /** {@link System#nanoTime()} before the start. */
    long began() {
        return began;
    }

    /**
     * Waits for the end.
     *
     * @throws BenchmarkFailure when it takes longer than {@code limit}, or its exit status is not 0
     */
    Usage finish(Duration limit) throws IOException, InterruptedException {
        long left = limit.toNanos() - (System.nanoTime() - began);
        if (!process.waitFor(left, TimeUnit.NANOSECONDS)) {
            throw new BenchmarkFailure(name + " did not end within " + limit.toSeconds() + " s");
        }
        long wall = System.nanoTime() - began;
        long cpu = ChildrenCpu.micros() - cpuBefore;
        watcher.join();
        if (process.exitValue() != 0) {
            throw new BenchmarkFailure(name + " ended with " + process.exitValue() + ": " + complaint());
        }
        return new Usage(wall, cpu, peak, line(output, true));
    }

    private String complaint() throws IOException {
        String said = line(complaints, false);
        return said.isEmpty() ? line(output, false) : said;
    }

    /** First or last line of what was printed that is not empty. */
    private static String line(Path file, boolean first) throws IOException {
        List<String> lines = Files.readString(file, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        return lines.isEmpty() ? "" : lines.get(first ? 0 : lines.size() - 1).strip();
    }

    private void watch() {
        RunningProcess running = new RunningProcess(name, process.pid());
        try {
            while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, running.peakBytes());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the command where it still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
