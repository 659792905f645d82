// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.archive.RuleSetShelf;
import org.vmcorestream.processor.VerdictService;
import org.vmcorestream.producer.DumpId;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.ReplayRequest;
import org.vmcorestream.schemas.records.StripeVerdict;
import org.vmcorestream.schemas.records.VerdictPlace;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Stored dumps decided once more, through a broker: the verdicts are those of the live run, to the byte. */
class ReplayVerdictsTest {
    private static final long GIB = 1L << 30;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

    /** Between two looks at a topic. */
    private static final long LOOK_MILLIS = 50;

    /** What level-8 does, but for pages of the swap cache; written down by somebody. */
    private static final String USER_PAGES = """
            name: user-pages
            rules:
              - exclude: user
                when: page.mapping == 1
            """;

    @TempDir
    private static Path folder;

    private static Line line;

    @BeforeAll
    static void start() throws Exception {
        line = new Line(folder, 4);
    }

    @AfterAll
    static void stop() throws Exception {
        line.close();
    }

    @Test
    void shouldGiveTheVerdictsOfTheLiveRunAgainByteForByte() throws Exception {
        String dumpId = capture("three", List.of("level-17", "level-31"));
        List<String> live = awaitVerdicts(dumpId, "level-17", 3);
        String replayId = request(dumpId, "level-17");
        ReplayOutcome outcome = outcome(replayId, dumpId);
        assertThat(outcome.getProblem()).isEmpty();
        assertThat(outcome.getRuleSet()).isEqualTo("level-17");
        assertThat(outcome.getVerdicts()).extracting(VerdictPlace::getStripe).containsExactly(0, 1, 2);
        List<String> again = new ArrayList<>();
        for (VerdictPlace place : outcome.getVerdicts()) {
            again.addAll(verdictsAt(place, dumpId, "level-17"));
        }
        again.sort(null);
        assertThat(again).isEqualTo(live).hasSize(6);
        assertThat(pages(outcome.getCounts())).containsEntry("free", 1024L).containsEntry("kept", 3 * 8192L - 1024);
        assertThat(outcome.getNotCaptured()).isEmpty();
    }

    @Test
    void shouldCountWhatALowerLevelKeepsAndWasNeverCaptured() throws Exception {
        String dumpId = capture("low", List.of("level-31"));
        awaitVerdicts(dumpId, "level-31", 3);
        String replayId = request(dumpId, "level-0");
        ReplayOutcome outcome = outcome(replayId, dumpId);
        assertThat(outcome.getProblem()).isEmpty();
        assertThat(pages(outcome.getCounts())).containsEntry("kept", 3 * 8192L);
        assertThat(outcome.getNotCaptured()).containsExactly(new ReasonCount("free", 1024L));
        List<ExclusionStats> stats = records(line.topics().exclusionStats(), ExclusionStats.class).stream()
                .filter(stat ->
                        stat.getDumpId().equals(dumpId) && stat.getRuleSet().equals("level-0"))
                .toList();
        assertThat(stats).hasSize(3).allSatisfy(stat -> {
            assertThat(stat.getReplayId()).isEqualTo(replayId);
            assertThat(stat.getStripes()).isEqualTo(3);
        });
    }

    @Test
    void shouldDecideWithARuleSetThatWasPublishedLiveAndOnceMore() throws Exception {
        try (RuleSetShelf shelf = RuleSetShelf.open(line.client(), line.topics())) {
            assertThat(shelf.publish("user-pages.yaml", USER_PAGES, "ann@desk").getVersion())
                    .isEqualTo(1);
        }
        String dumpId = capture("published", List.of("user-pages@1"));
        List<String> live = awaitVerdicts(dumpId, "user-pages@1", 3);
        ReplayOutcome outcome = outcome(request(dumpId, "user-pages@1"), dumpId);
        assertThat(outcome.getProblem()).isEmpty();
        List<String> again = new ArrayList<>();
        for (VerdictPlace place : outcome.getVerdicts()) {
            again.addAll(verdictsAt(place, dumpId, "user-pages@1"));
        }
        again.sort(null);
        assertThat(again).isEqualTo(live);
        assertThat(pages(outcome.getCounts())).containsEntry("user", 60L);
    }

    @Test
    void shouldSayWhatIsWrongWithARequestAndGoOn() throws Exception {
        String nobody = DumpId.next();
        assertThat(outcome(request(nobody, "level-31"), nobody).getProblem())
                .isEqualTo("dump " + nobody + " is not known");
        String dumpId = capture("wrong", List.of("level-31"));
        assertThat(outcome(request(dumpId, "nobody@9"), dumpId).getProblem())
                .isEqualTo("rule set 'nobody@9' is not known");
        assertThat(outcome(request(dumpId, "level-1"), dumpId).getProblem()).isEmpty();
    }

    @Test
    void shouldShareTheRequestsWithAnotherInstance() throws Exception {
        String dumpId = capture("shared", List.of("level-31"));
        VerdictService second = new VerdictService(new VerdictService.Settings(
                line.client(), line.topics(), "processor", List.of(Line.DEFAULT), folder.resolve("second"), 1, 1));
        try (second) {
            second.start(Duration.ofSeconds(60));
            Map<String, String> asked = new LinkedHashMap<>();
            for (int level = 0; level < 12; level++) {
                asked.put(request(dumpId, "level-" + level), "level-" + level);
            }
            Map<String, String> done = new HashMap<>();
            for (String replayId : asked.keySet()) {
                ReplayOutcome outcome = outcome(replayId, dumpId);
                assertThat(outcome.getProblem()).isEmpty();
                done.put(replayId, outcome.getRuleSet());
            }
            assertThat(done).isEqualTo(asked);
            assertThat(second.failure()).isEmpty();
        }
    }

    private static String capture(String name, List<String> ruleSets) throws Exception {
        SyntheticVmcore guest = SyntheticVmcore.write(
                folder.resolve(name + ".elf"),
                String.join(
                        "\n",
                        "kernel 6.16",
                        "memory 0-32M",
                        "memory 1G-1056M",
                        "memory 3G-3104M",
                        "pages 266240..267264 buddy order=10",
                        "pages 788000..788060 anon lru swapbacked mapped",
                        "panic \"" + name + "\""));
        try (Vmcore vmcore = Vmcore.open(guest.file())) {
            return line.capture(vmcore, BuiltInRuleSets.capture(), ruleSets, PageCodec.ZSTD, GIB)
                    .dumpId();
        }
    }

    private static String request(String dumpId, String ruleSet) throws Exception {
        ReplayRequest request =
                new ReplayRequest(DumpId.next(), dumpId, ruleSet, true, System.currentTimeMillis(), "ann@desk");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(line.client(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            line.topics().replays(),
                            null,
                            Keys.replay(dumpId),
                            RecordCodec.encode(request),
                            RecordHeaders.of(dumpId, request)))
                    .get(30, TimeUnit.SECONDS);
        }
        return request.getReplayId();
    }

    private static ReplayOutcome outcome(String replayId, String dumpId) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() < deadline) {
            for (ReplayOutcome outcome : records(line.topics().replays(), ReplayOutcome.class)) {
                if (outcome.getReplayId().equals(replayId)) {
                    assertThat(outcome.getDumpId()).isEqualTo(dumpId);
                    return outcome;
                }
            }
            Thread.sleep(LOOK_MILLIS);
        }
        throw new AssertionError("no outcome of replay " + replayId);
    }

    /** Keys and values of the verdicts of the live run, once all stripes have their total. */
    private static List<String> awaitVerdicts(String dumpId, String ruleSet, int stripes) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() < deadline) {
            List<ConsumerRecord<byte[], byte[]>> found = read(line.topics().verdicts()).stream()
                    .filter(record -> key(record).startsWith(dumpId + "/" + ruleSet + "/"))
                    .toList();
            if (found.stream().filter(record -> key(record).endsWith("/total")).count() == stripes) {
                return found.stream().map(ReplayVerdictsTest::text).sorted().toList();
            }
            Thread.sleep(LOOK_MILLIS);
        }
        throw new AssertionError("no verdicts of dump " + dumpId + " under " + ruleSet);
    }

    /** Keys and values of the verdicts at a place, which holds exactly those of its stripe, the total last. */
    private static List<String> verdictsAt(VerdictPlace place, String dumpId, String ruleSet) throws Exception {
        List<ConsumerRecord<byte[], byte[]>> there = read(line.topics().verdicts()).stream()
                .filter(record -> record.partition() == place.getPartition()
                        && record.offset() >= place.getFirstOffset()
                        && record.offset() <= place.getLastOffset()
                        && key(record).startsWith(dumpId + "/" + ruleSet + "/" + place.getStripe() + "/"))
                .toList();
        assertThat(there.get(0).offset()).isEqualTo(place.getFirstOffset());
        ConsumerRecord<byte[], byte[]> last = there.get(there.size() - 1);
        assertThat(last.offset()).isEqualTo(place.getLastOffset());
        assertThat(RecordCodec.decode(ByteBuffer.wrap(last.value()))).isInstanceOf(StripeVerdict.class);
        return there.stream().map(ReplayVerdictsTest::text).toList();
    }

    private static <T extends SpecificRecordBase> List<T> records(String topic, Class<T> type) throws Exception {
        List<T> records = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : read(topic)) {
            SpecificRecordBase message = RecordCodec.decode(ByteBuffer.wrap(record.value()));
            if (type.isInstance(message)) {
                records.add(type.cast(message));
            }
        }
        return records;
    }

    /** All records of a topic. */
    private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        Map<String, Object> settings = new HashMap<>(line.client());
        settings.put("isolation.level", "read_committed");
        // Closing waits for the fetch that is under way, which finds nothing behind the end.
        settings.put("fetch.max.wait.ms", 10);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
            while (partitions.stream().anyMatch(at -> consumer.position(at) < ends.get(at))) {
                consumer.poll(Duration.ofMillis(100)).forEach(all::add);
            }
            return all;
        }
    }

    private static String key(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.key(), StandardCharsets.UTF_8);
    }

    private static String text(ConsumerRecord<byte[], byte[]> record) {
        return key(record) + " " + HexFormat.of().formatHex(record.value());
    }

    private static Map<String, Long> pages(List<ReasonCount> counts) {
        return counts.stream()
                .filter(count -> count.getPages() > 0)
                .collect(Collectors.toMap(ReasonCount::getReason, ReasonCount::getPages, Long::sum, TreeMap::new));
    }
}
