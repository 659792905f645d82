// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.copying;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.vmcorestream.benchmarks.endtoend.RunningProcess;
import org.vmcorestream.benchmarks.endtoend.TouchedMemory;
import org.vmcorestream.producer.CaptureSettings;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * How fast the stages of copying are, what limits each, and what a capture allocates. Writes two tables.
 *
 * <p>Arguments: VMCORE LEVEL CODEC THREADS ADDRESS FOLDER SPEEDS USES BROKER: two files
 * for the tables and the pid of the broker.
 */
public final class Copying {
    private static final double MIB = 1 << 20;
    private static final long SAMPLE_BYTES = 1L << 30;
    private static final int ROUNDS = 3;

    private Copying() {}

    /** Measures. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        RuleSet ruleSet = BuiltInRuleSets.level(Integer.parseInt(arguments[1]));
        PageCodec codec = PageCodec.valueOf(arguments[2].toUpperCase(Locale.ROOT));
        int threads = Integer.parseInt(arguments[3]);
        Path folder = Path.of(arguments[5]);
        try (Vmcore vmcore = Vmcore.open(Path.of(arguments[0]));
                PrintStream speeds = new PrintStream(arguments[6], StandardCharsets.UTF_8);
                PrintStream uses = new PrintStream(arguments[7], StandardCharsets.UTF_8)) {
            KeptSample sample = new KeptSample(
                    vmcore, ruleSet, SAMPLE_BYTES / vmcore.pageFacts().pageSize());
            Stages stages = new Stages(sample, codec);
            double[] best = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
            for (int round = 0; round < ROUNDS; round++) {
                double[] times = {
                    stages.memory(), stages.reading(), stages.compressing(), stages.disk(folder), stages.writing(folder)
                };
                for (int i = 0; i < best.length; i++) {
                    best[i] = Math.min(best[i], times[i]);
                }
            }
            TouchedMemory.fill(folder);
            CaptureCost cost = capture(
                    vmcore,
                    ruleSet,
                    codec,
                    threads,
                    arguments[4],
                    new RunningProcess("broker", Long.parseLong(arguments[8])));
            double contents = sample.bytes() / MIB;
            double workers = threads * contents / (best[1] + best[2]);
            double captured = cost.pages() * (double) sample.pageSize() / MIB;
            int cores = Runtime.getRuntime().availableProcessors();
            double shared = captured * cores / cpuSeconds(cost);
            speeds.println(
                    "stage\tthreads\tMiB of pages a second\tits limit\tMiB a second of the limit\tshare of the limit");
            row(speeds, "read from the page cache", 1, contents / best[1], "a copy in memory", contents / best[0]);
            row(speeds, "zero test and " + arguments[2], 1, contents / best[2], "the codec", contents / best[2]);
            row(speeds, "write the file", 1, contents / best[4], "a plain writer to the disk", contents / best[3]);
            row(speeds, "all of a capture", threads, captured / cost.seconds(), "reading and codec", workers);
            row(
                    speeds,
                    "all of a capture",
                    threads,
                    captured / cost.seconds(),
                    "the cores, shared with the broker",
                    shared);
            double sent = cost.result().dataRecordBytes()
                    / MIB
                    * cost.pages()
                    / cost.result().pages();
            uses(uses, cost, cores, captured, sent);
        }
    }

    private static void uses(PrintStream out, CaptureCost cost, int cores, double captured, double sent) {
        out.println("threads\tCPU s\tshare of the cores' time\tMiB allocated\tbytes for each MiB of pages"
                + "\tbytes for each MiB sent");
        double coreSeconds = cores * cost.seconds();
        for (Map.Entry<String, CaptureCost.Use> role : cost.used().entrySet()) {
            double cpu = role.getValue().cpuNanos() / 1e9;
            double allocated = role.getValue().allocatedBytes();
            boolean java =
                    !role.getKey().equals(CaptureCost.JVM) && !role.getKey().equals(CaptureCost.BROKER);
            out.printf(
                    Locale.ROOT,
                    java ? "%s\t%.2f\t%.2f\t%.1f\t%.0f\t%.0f%n" : "%s\t%.2f\t%.2f\t-\t-\t-%n",
                    role.getKey(),
                    cpu,
                    cpu / coreSeconds,
                    allocated / MIB,
                    allocated / captured,
                    allocated / sent);
        }
        double left = coreSeconds - cpuSeconds(cost);
        out.printf(
                Locale.ROOT, "waiting, or the kernel's own threads\t%.2f\t%.2f\t-\t-\t-%n", left, left / coreSeconds);
    }

    /** CPU time of the capture and the broker. */
    private static double cpuSeconds(CaptureCost cost) {
        return cost.used().values().stream()
                        .mapToLong(CaptureCost.Use::cpuNanos)
                        .sum()
                / 1e9;
    }

    private static void row(PrintStream out, String stage, int threads, double speed, String limit, double ofLimit) {
        out.printf(
                Locale.ROOT, "%s\t%d\t%.0f\t%s\t%.0f\t%.2f%n", stage, threads, speed, limit, ofLimit, speed / ofLimit);
    }

    /** The second of two captures: the first one warms everything up. */
    private static CaptureCost capture(
            Vmcore vmcore, RuleSet ruleSet, PageCodec codec, int threads, String address, RunningProcess broker)
            throws IOException, InterruptedException {
        CaptureCost cost = null;
        for (int i = 0; i < 2; i++) {
            cost = new CaptureCost(broker);
            CaptureSettings settings = new CaptureSettings(
                    Map.of("bootstrap.servers", address),
                    new Topics(Topics.DEFAULT_PREFIX),
                    dumpId(),
                    "benchmark",
                    "",
                    ruleSet,
                    List.of(ruleSet.name()),
                    codec,
                    CaptureSettings.CHOOSE_STRIPES,
                    threads);
            cost.run(vmcore, settings);
        }
        return cost;
    }

    /** A UUID of version 7. */
    private static String dumpId() {
        UUID random = UUID.randomUUID();
        long high = System.currentTimeMillis() << 16 | 7L << 12 | random.getMostSignificantBits() & 0xfff;
        return new UUID(high, random.getLeastSignificantBits()).toString();
    }
}
