// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * makedumpfile, as its users run it.
 *
 * @param program path or name of the program
 * @param scratch folder for its files
 * @param limit how long it may take
 */
record Peer(String program, Path scratch, Duration limit) {
    /**
     * One file made.
     *
     * @param usage what the command took
     * @param syncNanos how long it then took until the file was on the disk, which makedumpfile leaves to the kernel
     * @param file the file
     * @param bytes its size
     */
    record Made(MeasuredCommand.Usage usage, long syncNanos, Path file, long bytes) {}

    /**
     * Makes a file.
     *
     * @param threads for {@code --num-threads}; 0 is no thread beside the main one
     * @throws BenchmarkFailure when it fails or takes too long
     */
    Made make(Path vmcore, int level, PageCodec codec, int threads) throws IOException, InterruptedException {
        Path file = Files.createTempFile(scratch, "makedumpfile-", ".kdump");
        Files.delete(file);
        List<String> command = new ArrayList<>(List.of(program, option(codec), "-d", Integer.toString(level)));
        if (threads > 0) {
            command.addAll(List.of("--num-threads", Integer.toString(threads)));
        }
        command.addAll(List.of(vmcore.toString(), file.toString()));
        MeasuredCommand.Usage usage;
        try (MeasuredCommand running = MeasuredCommand.start("makedumpfile", scratch, command)) {
            usage = running.finish(limit);
        } catch (BenchmarkFailure e) {
            Files.deleteIfExists(file);
            throw e;
        }
        long before = System.nanoTime();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(false);
        }
        return new Made(usage, System.nanoTime() - before, file, Files.size(file));
    }

    /**
     * Decides without writing a file, {@code --dry-run --show-stats}.
     *
     * @throws BenchmarkFailure when it fails or takes too long
     */
    MeasuredCommand.Usage decide(Path vmcore, int level) throws IOException, InterruptedException {
        List<String> command = List.of(
                program,
                "--dry-run",
                "--show-stats",
                "-l",
                "-d",
                Integer.toString(level),
                vmcore.toString(),
                scratch.resolve("never-written.kdump").toString());
        try (MeasuredCommand running = MeasuredCommand.start("makedumpfile", scratch, command)) {
            return running.finish(limit);
        }
    }

    /** What the program says of its version. */
    String version() throws IOException, InterruptedException {
        try (MeasuredCommand running = MeasuredCommand.start("makedumpfile", scratch, List.of(program, "-v"))) {
            return running.finish(limit).output();
        }
    }

    private static String option(PageCodec codec) {
        return switch (codec) {
            case ZLIB -> "-c";
            case LZO -> "-l";
            case SNAPPY -> "-p";
            case ZSTD -> "-z";
            case LZ4 -> throw new IllegalArgumentException("makedumpfile does not know lz4");
        };
    }
}
