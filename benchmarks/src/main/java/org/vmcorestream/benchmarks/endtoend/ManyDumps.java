// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.vmcorestream.producer.AdmissionPolicy;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.producer.CaptureProgress;
import org.vmcorestream.producer.CaptureSettings;
import org.vmcorestream.producer.DumpId;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * Many dumps that arrive at the same time, captured together or one after the other, until the last one's file is in its place.
 * Each capture has Kafka clients of its own, as each is on a host of its own in a fleet; they share this process because as many
 * JVMs would need more memory than they leave to the services. Every dump is of the same vmcore, so all files have to be equal.
 */
public final class ManyDumps {
    /** What a host sets aside for records on their way; the default of 32 MiB times all of them would be this machine's memory. */
    private static final long BUFFER_BYTES = 4L << 20;

    private static final long STRIPE_BYTES = 4L << 30;
    private static final double NANOS = 1e9;
    private static final double MIB = 1 << 20;
    private static final double MB = 1e6;

    private final Arguments arguments;
    private final Fleet fleet;
    private final Path file;
    private final RuleSet ruleSet;
    private final PageCodec codec;
    private final AdmissionPolicy admission;
    private final int dumps;
    private final int atOnce;
    private final InFlight inFlight = new InFlight();
    private final long limitNanos;

    private ManyDumps(Arguments arguments) {
        this.arguments = arguments;
        fleet = arguments.fleet();
        file = arguments.path("vmcore");
        ruleSet = BuiltInRuleSets.level(arguments.number("level"));
        codec = arguments.codec();
        boolean gate = arguments.number("in-flight-mib") > 0;
        admission = new AdmissionPolicy(
                gate ? AdmissionPolicy.Mode.ALWAYS : AdmissionPolicy.Mode.NEVER, arguments.seconds("limit"));
        dumps = arguments.number("dumps");
        atOnce = arguments.number("at-once");
        limitNanos = arguments.seconds("limit").toNanos();
    }

    /** Sends the dumps and adds a row to a file. The arguments are those that the script {@code benchmarks/many} gives. */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            new ManyDumps(new Arguments(arguments)).run();
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("many: " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private void run() throws IOException, InterruptedException {
        fleet.resetPeaks();
        try (FileRecords files = new FileRecords(client(), inFlight)) {
            long cpu = fleet.cpuMicros();
            long begin = System.nanoTime();
            List<FileRecords.Arrived> arrived = atOnce == 1 ? inTurn(files, begin) : together(files, begin);
            cpu = fleet.cpuMicros() - cpu;
            fleet.requireAlive();
            requireWhole(arrived);
            row(arrived, begin, cpu);
        }
    }

    private Map<String, Object> client() {
        return Map.of("bootstrap.servers", fleet.address(), "buffer.memory", BUFFER_BYTES);
    }

    /** Each begins when the file of the one before is there. */
    private List<FileRecords.Arrived> inTurn(FileRecords files, long begin) throws IOException, InterruptedException {
        List<FileRecords.Arrived> arrived = new ArrayList<>();
        for (int i = 0; i < dumps; i++) {
            arrived.add(files.await(capture(), begin + limitNanos));
        }
        return arrived;
    }

    private List<FileRecords.Arrived> together(FileRecords files, long begin) throws IOException, InterruptedException {
        ExecutorService hosts = Executors.newFixedThreadPool(atOnce);
        try {
            List<Future<String>> captures = new ArrayList<>();
            for (int i = 0; i < dumps; i++) {
                captures.add(hosts.submit(this::capture));
            }
            List<FileRecords.Arrived> arrived = new ArrayList<>();
            for (Future<String> capture : captures) {
                long left = begin + limitNanos - System.nanoTime();
                arrived.add(files.await(capture.get(left, TimeUnit.NANOSECONDS), begin + limitNanos));
            }
            return arrived;
        } catch (ExecutionException e) {
            throw new BenchmarkFailure("a capture failed: " + e.getCause().getMessage());
        } catch (TimeoutException e) {
            throw new BenchmarkFailure("a capture did not end in time");
        } finally {
            hosts.shutdownNow();
        }
    }

    private String capture() throws IOException, InterruptedException {
        String dumpId = DumpId.next();
        try (Vmcore vmcore = Vmcore.open(file)) {
            int pageSize = vmcore.pageFacts().pageSize();
            CaptureSettings settings = new CaptureSettings(
                    client(),
                    new Topics(Topics.DEFAULT_PREFIX),
                    dumpId,
                    "host-" + dumpId.substring(24),
                    "",
                    ruleSet,
                    List.of(ruleSet.name()),
                    codec,
                    STRIPE_BYTES,
                    1,
                    1,
                    admission);
            CaptureProgress progress = (stage, done, total) -> {
                if (stage == CaptureProgress.Stage.COPYING && done < total) {
                    inFlight.count(dumpId, total * pageSize);
                }
            };
            Capture.Result result = Capture.run(vmcore, settings, progress);
            inFlight.sent(dumpId, result.pageBytes());
        }
        return dumpId;
    }

    private void requireWhole(List<FileRecords.Arrived> arrived) throws BenchmarkFailure {
        int digest = arrived.get(0).record().getDigest();
        for (FileRecords.Arrived each : arrived) {
            if (!each.record().getComplete()) {
                throw new BenchmarkFailure(each.record().getLocation() + " is not complete: "
                        + each.record().getProblems());
            }
            if (each.record().getDigest() != digest) {
                throw new BenchmarkFailure(each.record().getLocation() + " differs from the first dump's file");
            }
        }
    }

    private void row(List<FileRecords.Arrived> arrived, long begin, long cpuMicros) throws IOException {
        double[] delays = arrived.stream()
                .mapToDouble(each -> (each.nanoTime() - begin) / NANOS)
                .sorted()
                .toArray();
        double wall = delays[delays.length - 1];
        long pageBytes = arrived.get(0).record().getPagesWritten() * 4096;
        List<String> values = List.of(
                arguments.text("way"),
                Integer.toString(dumps),
                Integer.toString(atOnce),
                number(Files.size(file) / MIB, 0),
                number(pageBytes / MIB, 1),
                number(arrived.get(0).record().getSize() / MIB, 1),
                number(wall, 1),
                number(dumps / wall, 2),
                number(dumps * Files.size(file) / wall / MB, 0),
                number(dumps * pageBytes / wall / MB, 0),
                number(delays[0], 2),
                number(delays[delays.length / 2], 2),
                number(wall, 2),
                number(cpuMicros / 1e6 / dumps, 3),
                arguments.text("in-flight-mib"),
                number(inFlight.most() / MIB, 0),
                number(fleet.peakBytes("broker") / MIB, 0),
                number(fleet.peakBytes("processor") / MIB, 0),
                number(fleet.peakBytes("sink") / MIB, 0),
                number(fleet.peakBytes("gate") / MIB, 0),
                Integer.toString(arrived.size()),
                "equal");
        Path rows = arguments.path("rows");
        String row = String.join("\t", values) + "\n";
        if (!Files.exists(rows)) {
            row = String.join("\t", COLUMNS) + "\n" + row;
        }
        Files.writeString(rows, row, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static final List<String> COLUMNS = List.of(
            "captures",
            "dumps",
            "at once",
            "vmcore MiB",
            "kept MiB",
            "file MiB",
            "wall s",
            "dumps/s",
            "vmcore MB/s",
            "kept MB/s",
            "first file s",
            "median file s",
            "last file s",
            "services CPU s/dump",
            "limit MiB",
            "most in flight MiB",
            "broker MiB",
            "processor MiB",
            "sink MiB",
            "gate MiB",
            "complete",
            "digests");

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
