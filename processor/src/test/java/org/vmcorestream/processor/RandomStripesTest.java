// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.StripeVerdict;

/** Stripes of many dumps, mixed, sent again in part, over restarts: the verdicts are those of the engine alone. */
class RandomStripesTest {
    private static final RuleSet MINE = BuiltInRuleSets.level(24).named("mine@3");
    private static final RuleSet MY_CAPTURE = BuiltInRuleSets.level(26).named("my-capture@1");
    private static final String[] RULE_SETS = {"level-1", "level-16", "mine@3", "level-31", "capture"};
    private static final String[] CAPTURES = {"", "capture", "level-31", "my-capture@1", "level-24", "unheard-of@7"};

    @TempDir
    private Path stateDir;

    private final Map<String, List<String>> expected = new HashMap<>();
    private final Map<String, List<Long>> totals = new HashMap<>();

    /** Pages kept and not captured, by name of the reason. */
    private final Map<String, Map<String, Long>> notCaptured = new TreeMap<>();

    private final Map<String, Map<String, Long>> seenNotCaptured = new TreeMap<>();

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldDecideAsTheEngineDoes(long seed) {
        Random random = new Random(seed);
        List<Deque<SpecificRecordBase>> producers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            producers.add(stripe(random, "dump-" + i % 20, i / 20));
        }
        Map<String, List<String>> seen = new HashMap<>();
        Map<String, List<Long>> seenTotals = new HashMap<>();
        int instance = 0;
        Bench bench = bench(instance);
        while (!producers.isEmpty()) {
            int turn = random.nextInt(producers.size());
            Deque<SpecificRecordBase> producer = producers.get(turn);
            SpecificRecordBase next = producer.poll();
            bench.send(next);
            if (random.nextInt(10) == 0 && !producer.isEmpty()) {
                bench.send(next);
            }
            if (producer.isEmpty()) {
                producers.remove(turn);
            }
            if (random.nextInt(40) == 0) {
                collect(bench, seen, seenTotals);
                Bench after = bench(++instance).restore(bench);
                bench.close();
                bench = after;
            }
        }
        collect(bench, seen, seenTotals);
        assertThat(bench.store().approximateNumEntries()).isZero();
        bench.close();
        assertThat(instance).as("seed %d", seed).isPositive();
        assertThat(seen).as("seed %d", seed).isEqualTo(expected);
        assertThat(seenTotals).as("seed %d", seed).isEqualTo(totals);
        assertThat(seenNotCaptured).as("seed %d", seed).isEqualTo(notCaptured);
        assertThat(notCaptured.values().stream().filter(missing -> !missing.isEmpty()))
                .as("seed %d", seed)
                .hasSizeGreaterThan(20);
    }

    static LongStream seeds() {
        return LongStream.of(1, 2, System.nanoTime());
    }

    private static Optional<RuleSet> published(String name) {
        return Stream.of(MINE, MY_CAPTURE)
                .filter(ruleSet -> ruleSet.name().equals(name))
                .findFirst();
    }

    private Bench bench(int instance) {
        return new Bench(
                List.of(BuiltInRuleSets.level(31)),
                RandomStripesTest::published,
                Duration.ofDays(7),
                stateDir.resolve(Integer.toString(instance)));
    }

    private void collect(Bench bench, Map<String, List<String>> seen, Map<String, List<Long>> seenTotals) {
        for (TestRecord<byte[], byte[]> record : bench.verdictRecords()) {
            SpecificRecordBase message = Bench.decode(record.value());
            if (message instanceof ChunkVerdict verdict) {
                seen.computeIfAbsent(verdict.getDumpId() + "/" + verdict.getStripe(), key -> new ArrayList<>())
                        .add(VerdictTopologyTest.text(verdict));
            } else if (message instanceof StripeVerdict total) {
                assertThat(total.getChunks()).isEqualTo(total.getChunksExpected());
                String key = total.getDumpId() + "/" + total.getRuleSet() + "/" + total.getStripe();
                Map<String, Long> missing = new TreeMap<>();
                total.getNotCaptured().forEach(count -> missing.put(count.getReason(), count.getPages()));
                assertThat(missing.values()).doesNotContain(0L);
                seenNotCaptured.put(key, missing);
                seenTotals.put(
                        key,
                        total.getCounts().stream()
                                .map(count -> count.getPages())
                                .toList());
            }
        }
        assertThat(bench.problems()).isEmpty();
    }

    private Deque<SpecificRecordBase> stripe(Random random, String dumpId, int number) {
        long firstChunk = (long) number * 16;
        List<Long> chunks = new ArrayList<>();
        for (long chunk = firstChunk; chunk < firstChunk + 12; chunk++) {
            if (random.nextInt(4) > 0) {
                chunks.add(chunk);
            }
        }
        long endPfn = Chunk.firstPfn(firstChunk + 12);
        StripeFixture fixture = new StripeFixture(dumpId, number, Chunk.firstPfn(firstChunk), endPfn, chunks.size());
        String[] names = random.nextInt(3) == 0
                ? new String[0]
                : List.of(RULE_SETS).subList(0, 1 + random.nextInt(5)).toArray(String[]::new);
        List<VerdictEngine> engines = new ArrayList<>();
        for (String name : names.length == 0 ? new String[] {"level-31"} : names) {
            RuleSet ruleSet = ruleSet(name).orElseThrow();
            engines.add(new VerdictEngine(ruleSet, StripeFixture.FACTS, DumpFacts.NONE, endPfn));
        }
        Deque<SpecificRecordBase> records = new ArrayDeque<>();
        String captureName = CAPTURES[random.nextInt(CAPTURES.length)];
        records.add(fixture.openedAs(captureName, names));
        Optional<VerdictEngine> capture = ruleSet(captureName)
                .map(ruleSet -> new VerdictEngine(ruleSet, StripeFixture.FACTS, DumpFacts.NONE, endPfn));
        VerdictRuns runs = new VerdictRuns();
        VerdictRuns captured = new VerdictRuns();
        for (VerdictEngine engine : engines) {
            notCaptured.put(dumpId + "/" + engine.ruleSet().name() + "/" + number, new TreeMap<>());
        }
        for (long chunk : chunks) {
            ChunkDescriptors descriptors = randomChunk(random, chunk);
            capture.ifPresent(engine -> engine.decide(descriptors, captured));
            for (VerdictEngine engine : engines) {
                engine.decide(descriptors, runs);
                if (capture.isPresent()) {
                    Map<String, Long> missing =
                            notCaptured.get(dumpId + "/" + engine.ruleSet().name() + "/" + number);
                    addNotCaptured(
                            reasons(engine.ruleSet(), runs),
                            reasons(capture.get().ruleSet(), captured),
                            missing);
                }
                expected.computeIfAbsent(dumpId + "/" + number, key -> new ArrayList<>())
                        .add(text(engine.ruleSet(), chunk, runs));
            }
            records.add(fixture.chunk(descriptors));
        }
        records.add(fixture.closed());
        for (VerdictEngine engine : engines) {
            List<Long> counts = new ArrayList<>();
            for (long pages : engine.pagesByReason()) {
                counts.add(pages);
            }
            totals.put(dumpId + "/" + engine.ruleSet().name() + "/" + number, counts);
        }
        return records;
    }

    private static Optional<RuleSet> ruleSet(String name) {
        return BuiltInRuleSets.named(name).or(() -> published(name));
    }

    private static void addNotCaptured(String[] kept, String[] captured, Map<String, Long> missing) {
        for (int page = 0; page < kept.length; page++) {
            if (kept[page].equals("kept") && !RuleSet.COMMON_REASONS.contains(captured[page])) {
                missing.merge(captured[page], 1L, Long::sum);
            }
        }
    }

    /** The reason of each page. */
    private static String[] reasons(RuleSet ruleSet, VerdictRuns runs) {
        String[] reasons = new String[runs.pages()];
        int page = 0;
        for (int run = 0; run < runs.runs(); run++) {
            Arrays.fill(
                    reasons, page, page + runs.length(run), ruleSet.reasons().get(runs.reason(run)));
            page += runs.length(run);
        }
        return reasons;
    }

    /** A chunk of pages of all kinds. */
    static ChunkDescriptors randomChunk(Random random, long number) {
        Descriptor[] pages = {
            StripeFixture.KEPT,
            StripeFixture.HOLE,
            StripeFixture.ANON,
            StripeFixture.TAIL,
            StripeFixture.HUGE_1G,
            StripeFixture.free(random.nextInt(11)),
            StripeFixture.free(3),
            new Descriptor(0, StripeFixture.UNACCEPTED, 0),
            new Descriptor(1 << 21, 0, random.nextInt(17)),
            new Descriptor(1 << 5, 0, 9),
            new Descriptor(0, 0, Descriptor.NO_DATA)
        };
        ChunkDescriptors chunk = StripeFixture.chunk(number);
        while (chunk.pages() < Chunk.PAGES) {
            int length = Math.min(Chunk.PAGES - chunk.pages(), 1 + random.nextInt(1 << random.nextInt(12)));
            StripeFixture.append(chunk, pages[random.nextInt(pages.length)], length);
        }
        return chunk;
    }

    private static String text(RuleSet ruleSet, long chunk, VerdictRuns runs) {
        StringBuilder text = new StringBuilder(ruleSet.name() + " chunk " + chunk + ":");
        for (int run = 0; run < runs.runs(); run++) {
            text.append(' ')
                    .append(ruleSet.reasons().get(runs.reason(run)))
                    .append('*')
                    .append(runs.length(run));
        }
        return text.toString();
    }
}
