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
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.vmcore.PfnRun;
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

    /** What a capture sends, as the first one found: all send the same. 0 before. */
    private volatile long sentBytes;

    private final long limitNanos;
    private long memoryPages;
    private int pageSize;

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
        try (Vmcore vmcore = Vmcore.open(file)) {
            pageSize = vmcore.pageFacts().pageSize();
            for (PfnRun run : vmcore.memory().present()) {
                memoryPages += run.endPfn() - run.firstPfn();
            }
        }
        try (FileRecords files = new FileRecords(client(), inFlight)) {
            for (int i = 0; i < arguments.number("warm"); i++) {
                files.await(capture(), System.nanoTime() + limitNanos);
            }
            TouchedMemory.fill(fleet.log().toAbsolutePath().getParent());
            inFlight.beginAnew();
            fleet.resetPeaks();
            StageCosts before = StageCosts.now(fleet);
            long begin = System.nanoTime();
            List<FileRecords.Arrived> arrived = atOnce == 1 ? inTurn(files, begin) : together(files, begin);
            fleet.requireAlive();
            requireWhole(arrived);
            row(arrived, begin, before);
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
                if (stage == CaptureProgress.Stage.COPYING) {
                    long sent = sentBytes > 0 ? done * sentBytes / Math.max(1, total) : done * pageSize;
                    inFlight.count(dumpId, (total - done) * pageSize + sent);
                }
            };
            Capture.Result result = Capture.run(vmcore, settings, progress);
            sentBytes = result.pageBytes();
            inFlight.sent(dumpId, sentBytes);
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

    private void row(List<FileRecords.Arrived> arrived, long begin, StageCosts before) throws IOException {
        StageCosts after = StageCosts.now(fleet);
        double[] delays = arrived.stream()
                .mapToDouble(each -> (each.nanoTime() - begin) / NANOS)
                .sorted()
                .toArray();
        double wall = delays[delays.length - 1];
        DumpFile first = arrived.get(0).record();
        double kept = (double) first.getPagesWritten() * pageSize;
        List<String> values = new ArrayList<>(List.of(
                arguments.text("way"),
                file.getFileName().toString(),
                arguments.text("level"),
                arguments.text("codec"),
                Integer.toString(dumps),
                Integer.toString(atOnce),
                number(memoryPages * (double) pageSize / MIB, 0),
                number(kept / MIB, 1),
                Long.toString(first.getSize()),
                number(wall, 2),
                number(dumps / wall, 3),
                number(dumps * Files.size(file) / wall / MB, 1),
                number(dumps * kept / wall / MB, 1),
                number(delays[0], 2),
                number(delays[delays.length / 2], 2),
                number(delays[delays.length - 1], 2),
                arguments.text("in-flight-mib"),
                number(inFlight.most() / MIB, 0),
                number(GateRecords.most(client()) / MIB, 0)));
        for (String stage : List.of("produce", "broker", "processor", "sink", "gate")) {
            values.add(number(after.cpuSince(before, stage) / dumps, 4));
        }
        for (String topic : List.of("page-data", "page-metadata", "verdicts", "dumps")) {
            values.add(Long.toString(after.logSince(before, topic) / dumps));
        }
        for (String service : List.of("broker", "processor", "sink", "gate")) {
            values.add(number(fleet.peakBytes(service) / MIB, 0));
        }
        values.add(Integer.toString(arrived.size()));
        values.add("equal");
        Path rows = arguments.path("rows");
        String row = String.join("\t", values) + "\n";
        if (!Files.exists(rows)) {
            row = String.join("\t", COLUMNS) + "\n" + row;
        }
        Files.writeString(rows, row, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static final List<String> COLUMNS = List.of(
            "captures",
            "vmcore",
            "level",
            "codec",
            "dumps",
            "at once",
            "memory MiB",
            "kept MiB",
            "file bytes",
            "wall s",
            "dumps/s",
            "vmcore MB/s",
            "kept MB/s",
            "first file s",
            "median file s",
            "last file s",
            "limit MiB",
            "most in flight MiB",
            "most that the gate saw MiB",
            "produce CPU s/dump",
            "broker CPU s/dump",
            "processor CPU s/dump",
            "sink CPU s/dump",
            "gate CPU s/dump",
            "page-data bytes/dump",
            "page-metadata bytes/dump",
            "verdicts bytes/dump",
            "dumps bytes/dump",
            "broker MiB",
            "processor MiB",
            "sink MiB",
            "gate MiB",
            "complete files",
            "digests");

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
