// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.cli.broker.EmbeddedBroker;
import org.vmcorestream.cli.standby.StandbyServer;
import org.vmcorestream.producer.AdmissionPolicy;
import org.vmcorestream.producer.BegunDump;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.producer.CaptureConnection;
import org.vmcorestream.producer.CaptureProgress;
import org.vmcorestream.producer.CaptureSettings;
import org.vmcorestream.producer.DumpSearch;
import org.vmcorestream.producer.PreparedCapture;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.ReaderSettings;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Whatever stops a capture midway, it goes on, and its file is that of an undisturbed one. */
class InterruptedCaptureTest {
    private static final long GIB = 1L << 30;
    private static final int PARTITIONS = 4;
    private static final RuleSet LEVEL = BuiltInRuleSets.level(1);

    @TempDir
    private static Path folder;

    private static EmbeddedBroker broker;
    private static Line line;
    private static Line.Sink sink;
    private static Path elf;
    private static Path expected;
    private static long expectedBytes;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start(folder.resolve("broker"));
        line = Line.on(broker.bootstrapServers(), folder, PARTITIONS);
        sink = line.sink("interrupted", folder.resolve("files"), Optional.empty(), 2);
        elf = SyntheticVmcore.write(
                        folder.resolve("guest.elf"),
                        String.join(
                                "\n",
                                "kernel 6.16",
                                "memory 0-16M",
                                "memory 1G-1032M",
                                "memory 3G-3080M",
                                "panic \"interrupted\""))
                .file();
        try (Vmcore vmcore = Vmcore.open(elf)) {
            Capture.Result result = capture(vmcore);
            expected = FileCheck.path(complete(result.dumpId()));
            expectedBytes = result.dataRecordBytes();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        line.close();
        broker.close();
    }

    private static Capture.Result capture(Vmcore vmcore) throws IOException, InterruptedException {
        return line.capture(vmcore, LEVEL, List.of(LEVEL.name()), PageCodec.ZSTD, GIB);
    }

    /** The complete file of a dump, waited for; incomplete ones may come before. */
    private static DumpFile complete(String dumpId) throws InterruptedException {
        List<String> problems = new ArrayList<>();
        while (true) {
            DumpFile file = sink.next();
            if (file.getDumpId().equals(dumpId)) {
                if (file.getComplete()) {
                    return file;
                }
                problems.addAll(file.getProblems());
                assertThat(problems).as("incomplete files").hasSizeLessThan(100);
            }
        }
    }

    @Test
    void shouldGiveTheSameFileWhereverItWasCut() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 3; round++) {
            int last = 1 + random.nextInt(30);
            try (Vmcore vmcore = HookedVmcore.of(Vmcore.open(elf), number -> {
                if (number >= last) {
                    throw new IOException("cut at read " + last);
                }
            })) {
                assertThatThrownBy(() -> capture(vmcore)).hasMessage("cut at read " + last);
            }
            Captured.Result resumed = Captured.run(
                    "produce",
                    elf,
                    "--resume",
                    "--bootstrap-server",
                    broker.bootstrapServers(),
                    "--topic-prefix",
                    "line.");
            assertThat(resumed.exitCode()).as(resumed.err()).isZero();
            String dumpId = resumed.out().strip();
            assertThat(resumed.err()).contains("Dump " + dumpId + " goes on.");
            assertThat(FileCheck.path(complete(dumpId)))
                    .as("seed %d, cut at read %d", seed, last)
                    .hasSameBinaryContentAs(expected);
        }
    }

    @Test
    void shouldSayThatNothingIsLeftToSendOfADumpThatIsCaptured() throws Exception {
        String dumpId;
        try (Vmcore vmcore = Vmcore.open(elf)) {
            dumpId = capture(vmcore).dumpId();
        }
        Captured.Result again = Captured.run(
                "produce",
                "--resume",
                dumpId,
                elf,
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--topic-prefix",
                "line.");
        assertThat(again.exitCode()).isZero();
        assertThat(again.out().strip()).isEqualTo(dumpId);
        assertThat(again.err()).contains("was captured to its end, nothing is left to send");
    }

    @Test
    void shouldRefuseToGoOnWithAnotherVmcoreOrOtherSettings() throws Exception {
        Path other = SyntheticVmcore.write(
                        folder.resolve("other.elf"),
                        String.join("\n", "kernel 6.16", "memory 0-24M", "panic \"other\""))
                .file();
        Captured.Result none = Captured.run(
                "produce",
                other,
                "--resume",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--topic-prefix",
                "line.");
        assertThat(none.exitCode()).isEqualTo(ExitCode.USAGE.number());
        assertThat(none.err()).contains("other.elf: no capture of it was begun within 7 days");

        Captured.Result settings = Captured.run(
                "produce", elf, "--resume", "--codec", "lzo", "--bootstrap-server", broker.bootstrapServers());
        assertThat(settings.exitCode()).isEqualTo(ExitCode.USAGE.number());
        assertThat(settings.err()).contains("--codec with --resume: a capture goes on as it was begun");
    }

    @Test
    void shouldGoOnInOrderWhenTheBrokerIsRestartedInTheMiddle() throws Exception {
        int port = Integer.parseInt(broker.bootstrapServers().split(":")[1]);
        try (Vmcore vmcore = HookedVmcore.of(Vmcore.open(elf), number -> {
            if (number == 6 || number == 20) {
                broker.close();
                broker = EmbeddedBroker.start(folder.resolve("broker"), port);
            }
        })) {
            Capture.Result result = capture(vmcore);
            assertThat(result.dataRecordBytes()).isEqualTo(expectedBytes);
            assertThat(FileCheck.path(complete(result.dumpId()))).hasSameBinaryContentAs(expected);
        }
    }

    @Test
    void shouldGoOnAfterItsProcessWasKilled() throws Exception {
        try (Admin admin = Admin.create(line.client())) {
            Path config = slowly(admin);
            long before = sent(admin);
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "org.vmcorestream.cli.Main"));
            command.addAll(produce(config));
            Process capture = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("killed.log").toFile())
                    .start();
            awaitSent(admin, before + 1, () -> !capture.isAlive());
            capture.destroyForcibly().waitFor();
            assertThat(Files.readString(folder.resolve("killed.log"))).doesNotContain("vmcore-stream:");
        }
        try (Vmcore vmcore = Vmcore.open(elf)) {
            BegunDump begun;
            try (DumpSearch search = DumpSearch.open(line.client(), line.topics())) {
                begun = search.newestOf(vmcore).orElseThrow();
            }
            assertThat(begun.captured()).isFalse();
            CaptureSettings settings = CaptureSettings.goingOn(
                    line.client(), line.topics(), begun.manifest(), LEVEL, 2, AdmissionPolicy.NEVER);
            try (CaptureConnection connection = CaptureConnection.open(settings);
                    PreparedCapture prepared = Capture.resume(vmcore, settings, begun)) {
                Capture.Result result = prepared.run(connection, CaptureProgress.NONE);
                assertThat(result.dataRecordBytes()).isPositive().isLessThan(expectedBytes);
                assertThat(FileCheck.path(complete(result.dumpId()))).hasSameBinaryContentAs(expected);
            }
        }
    }

    @Test
    void shouldGoOnWithWhatAStandbyThatIsGoneHadBegun() throws Exception {
        Captured user = new Captured(false, folder);
        Path socket = folder.resolve("standby");
        StandbyLine handed;
        try (Admin admin = Admin.create(line.client());
                StandbyServer server = StandbyServer.open(socket, 1, StandbyLine::run)) {
            Path config = slowly(admin);
            List<String> words = produce(config);
            words.addAll(List.of("--standby", socket.toString()));
            handed = new StandbyLine(words.toArray(String[]::new));
            long before = sent(admin);
            CompletableFuture<OptionalInt> status = CompletableFuture.supplyAsync(() -> handed.send(user.console()));
            awaitSent(admin, before + 1, status::isDone);
            server.close();
            assertThat(status.get(60, TimeUnit.SECONDS)).isEmpty();
            Files.writeString(config, "");
        }
        assertThat(user.err()).contains("the standby at " + socket + " is gone (", "going on without it");

        int code = Main.run(user.console(), handed.words().toArray(String[]::new));
        assertThat(code).as(user.err()).isZero();
        String dumpId = user.out().strip();
        assertThat(user.err()).contains("Dump " + dumpId + " goes on.");
        assertThat(FileCheck.path(complete(dumpId))).hasSameBinaryContentAs(expected);
        assertThat(batches(dumpId)).isNotEmpty().doesNotHaveDuplicates();
    }

    @Test
    void shouldCaptureAnewWhereAStandbyHadNotBegun() throws Exception {
        Captured.Result captured = Captured.run(
                "produce",
                elf,
                "--handed-over",
                System.currentTimeMillis(),
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--topic-prefix",
                "line.");
        assertThat(captured.exitCode()).as(captured.err()).isZero();
        assertThat(captured.err()).doesNotContain("goes on");
    }

    /** The command line of a capture with a file of client settings. */
    private static List<String> produce(Path config) {
        return new ArrayList<>(List.of(
                "produce",
                elf.toString(),
                "--capture",
                LEVEL.name(),
                "--rule-set",
                LEVEL.name(),
                "--stripe-size",
                "1",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--topic-prefix",
                "line.",
                "--command-config",
                config.toString()));
    }

    /** A file of client settings with which a capture takes for ever: a record a request, and a quota that the first one exceeds. */
    private static Path slowly(Admin admin) throws Exception {
        ClientQuotaEntity slow = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "slow-data"));
        admin.alterClientQuotas(List.of(new ClientQuotaAlteration(
                        slow, List.of(new ClientQuotaAlteration.Op("producer_byte_rate", 1000.0)))))
                .all()
                .get(30, TimeUnit.SECONDS);
        return Files.writeString(
                folder.resolve("slow.properties"),
                "client.id=slow\nmax.in.flight.requests.per.connection=1\nbatch.size=1\n");
    }

    private static void awaitSent(Admin admin, long records, BooleanSupplier ended) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (sent(admin) < records && !ended.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waits for records").isLessThan(deadline);
        }
    }

    @Test
    void shouldGoOnByItselfWhenItsClientEndsAndTheBrokerIsRestarted() throws Exception {
        int port = Integer.parseInt(broker.bootstrapServers().split(":")[1]);
        CaptureSettings settings = new CapturePlan(line.client(), line.topics(), LEVEL).settings();
        List<String> told = new ArrayList<>();
        CaptureProgress progress = new CaptureProgress() {
            @Override
            public void at(Stage stage, long done, long total) {}

            @Override
            public void goesOn(String why, Duration pause) {
                told.add(why);
                try {
                    broker.close();
                    broker = EmbeddedBroker.start(folder.resolve("broker"), port);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        };
        try (CaptureConnection connection = CaptureConnection.open(settings);
                Vmcore vmcore = HookedVmcore.of(Vmcore.open(elf), number -> {
                    if (number == 7) {
                        pageProducer(connection).close(Duration.ZERO);
                    }
                });
                PreparedCapture prepared = Capture.prepare(vmcore, settings)) {
            Capture.Result result = prepared.run(connection, progress);
            assertThat(told).singleElement().asString().contains("PageBatch");
            assertThat(FileCheck.path(complete(result.dumpId()))).hasSameBinaryContentAs(expected);
            assertThat(batches(result.dumpId())).isNotEmpty().doesNotHaveDuplicates();
        }
    }

    /** The client that a capture sends pages with, which nobody but a test takes away from it. */
    private static Producer<?, ?> pageProducer(CaptureConnection connection) throws IOException {
        try {
            Method cluster = CaptureConnection.class.getDeclaredMethod("cluster");
            cluster.setAccessible(true);
            Object clients = cluster.invoke(connection);
            Method data = clients.getClass().getDeclaredMethod("data");
            data.setAccessible(true);
            return (Producer<?, ?>) data.invoke(clients);
        } catch (ReflectiveOperationException e) {
            throw new IOException(e);
        }
    }

    /** Partition and number of each batch of pages of a dump, as often as it is on page-data. */
    private static List<String> batches(String dumpId) {
        List<String> found = new ArrayList<>();
        Map<String, Object> settings = ReaderSettings.withoutGroup(line.client());
        // Closing waits for the fetch that is under way, which finds nothing behind the end.
        settings.put("fetch.max.wait.ms", 10);
        try (KafkaConsumer<ByteBuffer, ByteBuffer> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> all = IntStream.range(0, PARTITIONS)
                    .mapToObj(number -> new TopicPartition(line.topics().pageData(), number))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(place -> consumer.position(place) < ends.get(place))) {
                for (ConsumerRecord<ByteBuffer, ByteBuffer> record : consumer.poll(Duration.ofMillis(200))) {
                    String totals = RecordHeaders.text(record.headers(), RecordHeaders.TOTALS);
                    if (dumpId.equals(RecordHeaders.text(record.headers(), RecordHeaders.DUMP)) && totals != null) {
                        found.add(StandardCharsets.UTF_8.decode(record.key().duplicate()) + " " + totals);
                    }
                }
            }
        }
        return found;
    }

    /** Records on page-data. */
    private static long sent(Admin admin) throws Exception {
        Map<TopicPartition, OffsetSpec> asked = new java.util.HashMap<>();
        IntStream.range(0, PARTITIONS)
                .forEach(
                        number -> asked.put(new TopicPartition(line.topics().pageData(), number), OffsetSpec.latest()));
        return admin.listOffsets(asked).all().get(30, TimeUnit.SECONDS).values().stream()
                .mapToLong(found -> found.offset())
                .sum();
    }
}
