// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;

/** The topology without a cluster: records go in one by one, and what comes out is looked at. */
final class Bench implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");

    private final Topics topics = new Topics(Topics.DEFAULT_PREFIX);
    private final TopologyTestDriver driver;
    private final TestInputTopic<byte[], byte[]> metadata;
    private final TestOutputTopic<byte[], byte[]> verdicts;
    private final TestOutputTopic<byte[], byte[]> stats;
    private final TestOutputTopic<byte[], byte[]> deadLetters;

    Bench(List<RuleSet> ruleSets, Duration expiry, Path stateDir) {
        this(ruleSets, name -> Optional.empty(), expiry, stateDir);
    }

    /** On topics of which it is known which ones they are. */
    Bench(List<RuleSet> ruleSets, Duration expiry, Path stateDir, String incarnation) {
        this(ruleSets, name -> Optional.empty(), expiry, stateDir, incarnation);
    }

    /** With rule sets that were published. */
    Bench(List<RuleSet> ruleSets, Function<String, Optional<RuleSet>> published, Duration expiry, Path stateDir) {
        this(ruleSets, published, expiry, stateDir, "");
    }

    private Bench(
            List<RuleSet> ruleSets,
            Function<String, Optional<RuleSet>> published,
            Duration expiry,
            Path stateDir,
            String incarnation) {
        Map<String, Object> client = new HashMap<>();
        client.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        Properties settings = StreamsSettings.of(
                new VerdictService.Settings(client, topics, "vmcore-verdicts", ruleSets, stateDir, 1));
        driver = new TopologyTestDriver(
                VerdictTopology.build(topics, new RuleSetCatalog(ruleSets, published), expiry, () -> incarnation),
                settings,
                NOW);
        ByteArraySerializer to = new ByteArraySerializer();
        ByteArrayDeserializer from = new ByteArrayDeserializer();
        metadata = driver.createInputTopic(topics.pageMetadata(), to, to, NOW, Duration.ZERO);
        verdicts = driver.createOutputTopic(topics.verdicts(), from, from);
        stats = driver.createOutputTopic(topics.exclusionStats(), from, from);
        deadLetters = driver.createOutputTopic(topics.deadLetters(), from, from);
    }

    /** Sends records as a producer does. */
    Bench send(SpecificRecordBase... messages) {
        for (SpecificRecordBase message : messages) {
            send(RecordCodec.encode(message), RecordHeaders.of(dumpId(message), message));
        }
        return this;
    }

    private static String dumpId(SpecificRecordBase message) {
        if (message instanceof StripeOpened opened) {
            return opened.getDumpId();
        } else if (message instanceof ChunkMetadata chunk) {
            return chunk.getDumpId();
        } else if (message instanceof StripeClosed closed) {
            return closed.getDumpId();
        }
        return "";
    }

    /** Sends any bytes. */
    void send(byte[] value, Headers headers) {
        metadata.pipeInput(new TestRecord<>("key".getBytes(StandardCharsets.UTF_8), value, headers, NOW));
    }

    /** Sends any bytes at any time, milliseconds since 1970-01-01 UTC. */
    void sendAt(byte[] value, long timestamp) {
        metadata.pipeInput(new TestRecord<>("key".getBytes(StandardCharsets.UTF_8), value, null, timestamp));
    }

    /** Takes what has come out on verdicts since the last time. */
    <T extends SpecificRecordBase> List<T> verdicts(Class<T> type) {
        return verdictRecords().stream()
                .map(TestRecord::value)
                .map(Bench::decode)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** Takes what has come out on verdicts since the last time. */
    List<TestRecord<byte[], byte[]>> verdictRecords() {
        return verdicts.readRecordsToList();
    }

    /** Takes what has come out on exclusion-stats since the last time. */
    List<TestRecord<byte[], byte[]>> statsRecords() {
        return stats.readRecordsToList();
    }

    /** Takes the dead letters since the last time. */
    List<TestRecord<byte[], byte[]>> deadLetters() {
        return deadLetters.readRecordsToList();
    }

    /** Takes the problems of the dead letters since the last time. */
    List<String> problems() {
        return deadLetters().stream()
                .map(letter -> header(letter, DeadLetters.PROBLEM))
                .toList();
    }

    static String header(TestRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    static SpecificRecordBase decode(byte[] value) {
        try {
            return RecordCodec.decode(ByteBuffer.wrap(value));
        } catch (MalformedRecordException e) {
            throw new AssertionError(e);
        }
    }

    void advance(Duration time) {
        driver.advanceWallClockTime(time);
    }

    /** The store with the open stripes. */
    KeyValueStore<String, byte[]> store() {
        return driver.getKeyValueStore(VerdictTopology.NAMES.store());
    }

    /** Continues where another instance was, as Streams does from the changelog. */
    Bench restore(Bench other) {
        List<KeyValue<String, byte[]>> state = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = other.store().all()) {
            all.forEachRemaining(state::add);
        }
        store().putAll(state);
        return this;
    }

    @Override
    public void close() {
        driver.close();
    }
}
