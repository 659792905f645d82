// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmcorestream.cli.broker.EmbeddedBroker;
import org.vmcorestream.cli.broker.TemporaryFolder;
import org.vmcorestream.processor.VerdictService;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.producer.CaptureSettings;
import org.vmcorestream.producer.DumpId;
import org.vmcorestream.rulebook.RuleTextException;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.TopicPlan;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.sink.KernelLogFile;
import org.vmcorestream.sink.SinkService;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * All stages in one process: broker, processor and sink are started, one vmcore is captured, and the file it becomes is waited
 * for. The stages are the same as those of a cluster and know nothing of each other.
 */
final class Pipeline {
    private static final long LOOK_MILLIS = 20;
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STALL = Duration.ofMinutes(10);

    /** One stripe for all memory below 1 TiB: there is one partition, and one process to do the work. */
    private static final long STRIPE_BYTES = 1L << 40;

    private final Console console;
    private final Teardown teardown;

    Pipeline(Console console, Teardown teardown) {
        this.console = console;
        this.teardown = teardown;
    }

    /**
     * What is to be made.
     *
     * @param out absolute name of the file
     * @param rules what leaves the dump, and which pages travel at all
     * @param codec codec of the pages, on the way and in the file
     * @param dataDir where the broker keeps its data; null for a temporary folder beside {@code out}
     * @param destination where the file goes from {@code out}, which is a passing name then; empty where it stays there
     */
    record Job(Path out, Rules rules, PageCodec codec, Path dataDir, Optional<String> destination) {
        /** The file stays where it is made. */
        Job(Path out, Rules rules, PageCodec codec, Path dataDir) {
            this(out, rules, codec, dataDir, Optional.empty());
        }

        /** Whether nothing but the file is left of it, which is done then. */
        boolean leavesNothing() {
            return dataDir == null && destination.isEmpty();
        }
    }

    /**
     * Rule sets of a run, by name.
     *
     * @param ruleSet what leaves the dump
     * @param capture which pages travel at all
     */
    record Rules(RuleSetName ruleSet, RuleSetName capture) {
        /**
         * Checks them before a broker is started.
         *
         * @param dataDir what a broker kept, and rule sets that were published to it; null for none
         */
        static Rules of(RuleSetName ruleSet, RuleSetName capture, Path dataDir) throws RuleTextException {
            for (RuleSetName name : List.of(ruleSet, capture)) {
                if (!name.isPublished()) {
                    RuleSetFinder.withoutCluster().find(name);
                } else if (dataDir == null) {
                    throw new CommandFailure(
                            ExitCode.USAGE,
                            "no rule set '" + name + "' is built in; a file is named with its folder or ending, ./"
                                    + name + " or " + name + ".yaml");
                }
            }
            return new Rules(ruleSet, capture);
        }
    }

    /** Makes the file of a vmcore and reports. */
    ExitCode run(Vmcore vmcore, Job job) throws Exception {
        long begin = System.nanoTime();
        Optional<Object> oldLog = fileKey(KernelLogFile.beside(job.out()));
        ProgressBoard board = teardown.add(new ProgressBoard(console));
        RunProgress progress = new RunProgress(board, vmcore);
        BrokerStart begun = teardown.add(startBroker(job));
        EmbeddedBroker broker = begun.await();
        progress.brokerIsUp();
        Topics topics = new Topics(Topics.DEFAULT_PREFIX);
        Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
        Cluster cluster = teardown.add(Cluster.connect(client));
        TopicsCreateCommand.create(new TopicPlan(topics, 1, (short) 1), cluster);

        RuleSetFinder finder = teardown.add(RuleSetFinder.in(client, topics));
        RuleSet ruleSet = finder.publish(job.rules().ruleSet());
        RuleSet captured = finder.publish(job.rules().capture());

        String dumpId = DumpId.next();
        Outcome outcome = new Outcome(dumpId, progress);
        Path work = workFolder(job);
        Background verdicts = teardown.add(new Background("processor"));
        VerdictService processor = teardown.add(new VerdictService(new VerdictService.Settings(
                client, topics, "vmcore-stream-processor", List.of(ruleSet), work.resolve("processor"), 1, 0)));
        verdicts.start(() -> {
            processor.start(START);
            return null;
        });
        SinkService sink = teardown.addBeside(new SinkService(
                new SinkService.Settings(
                        client,
                        topics,
                        "vmcore-stream-sink",
                        "run",
                        new RunPlacement(dumpId, job.out(), work.resolve("files")),
                        Optional.of(job.codec()),
                        List.of(ruleSet.name()),
                        1,
                        STALL),
                outcome));
        sink.start();
        progress.watchVerdicts(cluster.admin(), topics);

        Background capture = teardown.add(new Background("capture"));
        CaptureSettings settings = new CaptureSettings(
                client,
                topics,
                dumpId,
                HostName.ofThisHost(),
                "",
                captured,
                List.of(ruleSet.name()),
                job.codec(),
                STRIPE_BYTES,
                Threads.number("--threads", null, CaptureSettings.MAX_THREADS));
        capture.start(() -> Capture.run(vmcore, settings, progress.capture()));
        while (!outcome.known() || !capture.ended()) {
            check(broker, job);
            verdicts.check();
            throwIfPresent(processor.failure());
            throwIfPresent(sink.failure());
            if (capture.failure().isPresent() && outcome.failed()) {
                break;
            }
            progress.look();
            Thread.sleep(LOOK_MILLIS);
        }
        progress.end();
        board.close();
        DumpFile file = outcome.file().orElse(null);
        if (file != null) {
            dropLog(oldLog, job);
            report(vmcore, job, ruleSet, file, progress, cluster, topics, begin);
        }
        capture.check();
        if (file == null) {
            throw new CommandFailure(ExitCode.OUTPUT, job.out() + ": " + outcome.problem());
        }
        String name = job.destination().orElse(job.out().toString());
        file.getProblems().forEach(problem -> console.complain(name + ": " + problem));
        if (console.endsProcess() && job.leavesNothing() && begun.dropData()) {
            List.of(begun, cluster, finder, processor, sink).forEach(teardown::leave);
        }
        return file.getComplete() ? ExitCode.OK : ExitCode.INCOMPLETE;
    }

    private static BrokerStart startBroker(Job job) throws IOException {
        if (job.dataDir() != null) {
            Files.createDirectories(job.dataDir());
            return BrokerStart.on(job.dataDir());
        }
        return BrokerStart.temporary(job.out().getParent());
    }

    /** Where the processor keeps its own files, and files of older dumps that a kept broker still remembers. */
    private Path workFolder(Job job) throws IOException {
        if (job.dataDir() != null) {
            return job.dataDir();
        }
        return teardown.add(TemporaryFolder.create(job.out().getParent(), ".vmcore-stream-work-"))
                .path();
    }

    /** A broker that failed takes everything with it; most often its disk is full. */
    private void check(EmbeddedBroker broker, Job job) throws IOException {
        if (broker.fault().isPresent()) {
            teardown.hurry();
            Path folder = job.dataDir() == null ? job.out().getParent() : job.dataDir();
            String message = broker.fault().get().getMessage();
            boolean full = Files.getFileStore(folder).getUsableSpace() < 16 << 20;
            throw new CommandFailure(
                    ExitCode.OUTPUT, folder + ": " + (full ? "no space left for the broker's data" : message));
        }
    }

    private static void throwIfPresent(Optional<Throwable> failure) {
        if (failure.isPresent()) {
            throw Failures.explain(failure.get());
        }
    }

    /** The kernel log of the dump that a file replaced is not left beside a dump without a log of its own. */
    private static void dropLog(Optional<Object> oldLog, Job job) throws IOException {
        Path log = KernelLogFile.beside(job.out());
        if (oldLog.isPresent() && oldLog.equals(fileKey(log))) {
            Files.delete(log);
        }
    }

    private static Optional<Object> fileKey(Path file) throws IOException {
        return Files.exists(file)
                ? Optional.ofNullable(
                        Files.readAttributes(file, BasicFileAttributes.class).fileKey())
                : Optional.empty();
    }

    private void report(
            Vmcore vmcore,
            Job job,
            RuleSet ruleSet,
            DumpFile file,
            RunProgress progress,
            Cluster cluster,
            Topics topics,
            long begin)
            throws Exception {
        PageCounts counts = PageCounts.of(
                vmcore.memory().endPfn(), file.getCounts(), ruleSet.countsZero() ? file.getZeroPages() : 0);
        console.print("");
        ExclusionReport.lines(counts).forEach(console::print);
        console.print("Write bytes     : " + file.getSize());
        console.print("");
        console.print("Rule set        : " + ruleSet.name());
        console.print("Dump id         : " + file.getDumpId());
        console.print("Bytes in topics : " + TopicVolumes.line(new TopicVolumes(cluster, topics).ask(), topics));
        console.print("Seconds         : " + progress.seconds() + ", all " + RunProgress.since(begin));
        if (job.destination().isEmpty()) {
            Path log = KernelLogFile.beside(job.out());
            console.print("Kernel log      : " + (Files.exists(log) ? log : "none, it has no line that could be read"));
        }
        console.print("Dump file       : " + job.destination().orElse(job.out().toString()));
    }

    /** The file of this run's dump goes to the name the user gave, that of any older dump to a folder of its own. */
    private record RunPlacement(String dumpId, Path out, Path others) implements SinkService.Placement {
        @Override
        public Path fileOf(Manifest manifest, String ruleSet, boolean primary) {
            return manifest.getDumpId().equals(dumpId)
                    ? out
                    : others.resolve(manifest.getDumpId()).resolve(ruleSet + ".kdump");
        }
    }

    /** What becomes of this run's dump. */
    private static final class Outcome implements SinkService.Listener {
        private final String dumpId;
        private final RunProgress progress;
        private volatile DumpFile file;
        private volatile String problem;

        Outcome(String dumpId, RunProgress progress) {
            this.dumpId = dumpId;
            this.progress = progress;
        }

        @Override
        public void copying(String dump, String ruleSet, long done, long total) {
            if (dump.equals(dumpId)) {
                progress.writing(done, total);
            }
        }

        @Override
        public void finished(DumpFile made) {
            if (made.getDumpId().equals(dumpId)) {
                file = made;
            }
        }

        /** Whoever waits at a terminal is told so, and can make room. */
        @Override
        public void waiting(String dump, String ruleSet, String why) {
            failed(dump, ruleSet, why);
        }

        @Override
        public void failed(String dump, String ruleSet, String why) {
            if (dump.equals(dumpId)) {
                problem = why;
            }
        }

        boolean known() {
            return file != null || problem != null;
        }

        boolean failed() {
            return problem != null;
        }

        Optional<DumpFile> file() {
            return Optional.ofNullable(file);
        }

        String problem() {
            return Failures.oneLine(problem);
        }
    }
}
