// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.ReplayRequest;

/** A replay worker without a cluster, run by the thread of the test until there is nothing more to do. */
final class ReplayBench {
    static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
    static final String REPLAY = "01932c07-b000-7000-8000-000000000001";
    static final RuleSet MINE = BuiltInRuleSets.level(8).named("mine@3");

    private static final int PARTITIONS = 4;

    final FakeTime time = new FakeTime();
    final FakeReplays replays = new FakeReplays();
    final FakeDumps dumps = new FakeDumps();
    final List<MockProducer<byte[], byte[]>> producers = new ArrayList<>();
    final List<Throwable> refused = new ArrayList<>();
    ReplayWorker worker;

    /** What is wrong with a record that is sent; null when it arrives. */
    Function<ProducerRecord<byte[], byte[]>, RuntimeException> trouble = record -> null;

    /** A request as a command sends it. */
    static ReplayRequest request(String dumpId, String ruleSet) {
        return new ReplayRequest(REPLAY, dumpId, ruleSet, true, 1_799_999_999_000L, "ann@desk");
    }

    /** Works with a share of the time until there is nothing more to read. */
    ReplayBench run(double share, Integer... partitions) {
        RuleSetCatalog catalog = new RuleSetCatalog(
                List.of(BuiltInRuleSets.level(31)),
                name -> name.equals("mine@3") ? Optional.of(MINE) : Optional.empty());
        worker = new ReplayWorker(
                new ReplayWorker.Clients(() -> replays, this::producer, () -> dumps),
                TOPICS,
                catalog,
                share,
                time,
                refused::add);
        replays.onIdle = worker::stop;
        replays.atNextPoll(() -> replays.assignTo(partitions));
        worker.run();
        return this;
    }

    private MockProducer<byte[], byte[]> producer() {
        Node node = new Node(0, "nowhere", 1);
        List<PartitionInfo> partitions = Stream.of(
                        TOPICS.verdicts(), TOPICS.replays(), TOPICS.exclusionStats(), TOPICS.deadLetters())
                .flatMap(topic -> IntStream.range(0, PARTITIONS)
                        .mapToObj(number -> new PartitionInfo(topic, number, node, new Node[0], new Node[0])))
                .toList();
        Cluster cluster = new Cluster("fake", List.of(node), partitions, Set.of(), Set.of());
        MockProducer<byte[], byte[]> producer =
                new MockProducer<>(cluster, true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                    @Override
                    public synchronized Future<RecordMetadata> send(
                            ProducerRecord<byte[], byte[]> record, Callback callback) {
                        RuntimeException problem = trouble.apply(record);
                        if (problem == null) {
                            return super.send(record, callback);
                        }
                        if (callback != null) {
                            callback.onCompletion(null, problem);
                        }
                        return CompletableFuture.failedFuture(problem);
                    }
                };
        producers.add(producer);
        return producer;
    }

    /** What was sent to a topic, in order. */
    List<ProducerRecord<byte[], byte[]>> sent(String topic) {
        return producers.stream()
                .flatMap(producer -> producer.history().stream())
                .filter(record -> record.topic().equals(topic))
                .toList();
    }

    /** Messages sent to a topic, in order. */
    <T extends SpecificRecordBase> List<T> sent(String topic, Class<T> type) {
        return sent(topic).stream()
                .map(record -> Bench.decode(record.value()))
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** What became of the requests. */
    List<ReplayOutcome> outcomes() {
        return sent(TOPICS.replays(), ReplayOutcome.class);
    }

    /** All records of a stripe. */
    static SpecificRecordBase[] stripe(StripeFixture fixture, SpecificRecordBase opened, SpecificRecordBase... chunks) {
        List<SpecificRecordBase> records = new ArrayList<>();
        records.add(opened);
        records.addAll(Arrays.asList(chunks));
        records.add(fixture.closed());
        return records.toArray(SpecificRecordBase[]::new);
    }

    /** All records of a stripe of whole chunks from page frame 0, all of them user pages. */
    static SpecificRecordBase[] stripe(String dumpId, int chunks) {
        StripeFixture fixture = new StripeFixture(dumpId, 0, 0, (long) chunks << Chunk.SHIFT, chunks);
        return stripe(
                fixture,
                fixture.opened(),
                IntStream.range(0, chunks)
                        .mapToObj(chunk -> fixture.chunk(chunk, StripeFixture.ANON))
                        .toArray(SpecificRecordBase[]::new));
    }
}
