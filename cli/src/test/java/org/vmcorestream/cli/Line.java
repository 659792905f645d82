// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.vmcorestream.cli.broker.EmbeddedBroker;
import org.vmcorestream.processor.EnduringVerdictService;
import org.vmcorestream.processor.VerdictService;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.producer.CaptureProgress;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.TopicPlan;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.sink.SinkService;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/** The whole line for tests: a broker with topics, one processor, and as many sinks and captures as a test wants. */
final class Line implements AutoCloseable {
    /** Rule set for dumps that ask for none. */
    static final RuleSet DEFAULT = BuiltInRuleSets.level(31);

    private static final long PATIENCE_SECONDS = 120;
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STALL = Duration.ofSeconds(60);

    private final String brokers;
    private final AutoCloseable broker;
    private final Topics topics = new Topics("line.");
    private final AutoCloseable processor;
    private final Deque<AutoCloseable> sinks = new ArrayDeque<>();

    /** Starts broker and processor, with so many partitions for stripes. */
    Line(Path folder, int partitions) throws IOException {
        this(EmbeddedBroker.startTemporary(folder), folder, partitions);
    }

    /** Starts a processor on a cluster that is there already, and stays. */
    static Line on(String brokers, Path folder, int partitions) {
        return new Line(brokers, () -> {}, folder, partitions);
    }

    /** Starts a processor that outlives its topics on a cluster that is there already, and stays. */
    static Line enduring(String brokers, Path folder, int partitions, EnduringVerdictService.Listener listener) {
        return new Line(brokers, () -> {}, partitions, line -> {
            try {
                return EnduringVerdictService.start(line.settings(folder), listener, START);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private Line(EmbeddedBroker broker, Path folder, int partitions) {
        this(broker.bootstrapServers(), broker, folder, partitions);
    }

    private Line(String brokers, AutoCloseable broker, Path folder, int partitions) {
        this(brokers, broker, partitions, line -> {
            VerdictService service = new VerdictService(line.settings(folder));
            service.start(START);
            return service;
        });
    }

    private Line(String brokers, AutoCloseable broker, int partitions, Function<Line, AutoCloseable> processors) {
        this.brokers = brokers;
        this.broker = broker;
        createTopics(partitions);
        processor = processors.apply(this);
    }

    /** Makes the topics that are missing. */
    void createTopics(int partitions) {
        try (Admin admin = Admin.create(client())) {
            new TopicPlan(topics, partitions, (short) 1).createMissing(admin, START);
        }
    }

    private VerdictService.Settings settings(Path folder) {
        return new VerdictService.Settings(client(), topics, "processor", List.of(DEFAULT), folder.resolve("state"), 2);
    }

    Map<String, Object> client() {
        return Map.of("bootstrap.servers", brokers);
    }

    Topics topics() {
        return topics;
    }

    /** Starts a sink that writes to {@code folder/DUMPID-RULESET.kdump}. */
    Sink sink(String group, Path folder, Optional<PageCodec> codec, int assemblies) throws IOException {
        return sink(group, folder, codec, assemblies, STALL);
    }

    /** The same, with a time after which a dump that nothing comes of is finished. */
    Sink sink(String group, Path folder, Optional<PageCodec> codec, int assemblies, Duration stall) throws IOException {
        Files.createDirectories(folder);
        return start(
                group,
                (manifest, ruleSet, primary) -> folder.resolve(manifest.getDumpId() + "-" + ruleSet + ".kdump"),
                codec,
                assemblies,
                stall);
    }

    private Sink start(
            String group, SinkService.Placement placement, Optional<PageCodec> codec, int assemblies, Duration stall) {
        Sink sink = new Sink();
        SinkService service = new SinkService(
                new SinkService.Settings(
                        client(),
                        topics,
                        group,
                        "sink-" + sinks.size(),
                        placement,
                        codec,
                        List.of(DEFAULT.name()),
                        assemblies,
                        stall),
                sink);
        sink.service = service;
        service.start();
        sinks.push(service);
        return sink;
    }

    /** Starts a sink that writes where a placement says. */
    Sink sink(String group, SinkService.Placement placement) {
        return start(group, placement, Optional.empty(), 1, STALL);
    }

    /** Captures a vmcore. */
    Capture.Result capture(Vmcore vmcore, RuleSet capture, List<String> ruleSets, PageCodec codec, long stripeBytes)
            throws IOException, InterruptedException {
        return capture(vmcore, capture, ruleSets, codec, stripeBytes, 1);
    }

    /** Captures a vmcore for so many files of each rule set. */
    Capture.Result capture(
            Vmcore vmcore, RuleSet capture, List<String> ruleSets, PageCodec codec, long stripeBytes, int parts)
            throws IOException, InterruptedException {
        CapturePlan plan = new CapturePlan(client(), topics, capture);
        plan.ruleSets = ruleSets;
        plan.codec = codec;
        plan.stripeBytes = stripeBytes;
        plan.parts = parts;
        return Capture.run(vmcore, plan.settings(), CaptureProgress.NONE);
    }

    /** Makes sinks of groups to come make files again that were made before. */
    void forgetFiles(String dumpId, Collection<String> ruleSets) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(client(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String ruleSet : ruleSets) {
                producer.send(new ProducerRecord<>(topics.dumpFiles(), Keys.dumpFile(dumpId, ruleSet), null))
                        .get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Override
    public void close() throws Exception {
        while (!sinks.isEmpty()) {
            sinks.pop().close();
        }
        processor.close();
        broker.close();
    }

    /** What one sink made. */
    static final class Sink implements SinkService.Listener {
        private final BlockingQueue<DumpFile> files = new LinkedBlockingQueue<>();
        private volatile SinkService service;
        private volatile String problem = "";

        @Override
        public void finished(DumpFile file) {
            files.add(file);
        }

        @Override
        public void failed(String dumpId, String ruleSet, String why) {
            problem = dumpId + " " + ruleSet + ": " + why;
        }

        /** The next file, waited for; never null. */
        DumpFile next() throws InterruptedException {
            for (long waited = 0; waited < PATIENCE_SECONDS; waited++) {
                DumpFile file = files.poll(1, TimeUnit.SECONDS);
                if (file != null) {
                    return file;
                }
                throwIfFailed();
            }
            throw new AssertionError("no file within " + PATIENCE_SECONDS + " s");
        }

        private void throwIfFailed() {
            if (!problem.isEmpty()) {
                throw new AssertionError("sink: " + problem);
            }
            service.failure().ifPresent(e -> {
                throw new AssertionError("sink stopped", e);
            });
        }

        /** The next file, waited for at most so long. */
        Optional<DumpFile> poll(long millis) {
            throwIfFailed();
            try {
                return Optional.ofNullable(files.poll(millis, TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void close() {
            service.close();
        }
    }
}
