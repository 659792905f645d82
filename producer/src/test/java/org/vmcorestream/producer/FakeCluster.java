// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.vmcorestream.schemas.Topics;

/** A cluster of mock producers that writes down all records in the order they were sent, and refuses some when told to. */
final class FakeCluster {
    static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
    static final int PARTITIONS = 4;
    static final int DUMP_PARTITIONS = 3;

    /** All records of both producers in order. */
    final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();

    private Predicate<ProducerRecord<byte[], byte[]>> refused = record -> false;
    private Predicate<ProducerRecord<byte[], byte[]>> held = record -> false;
    private final CountDownLatch closing = new CountDownLatch(1);
    private RuntimeException refusal;
    private boolean takesRefused;
    private Consumer<ProducerRecord<byte[], byte[]>> pageData;
    private MockProducer<byte[], byte[]> metadata = new Recording();
    private MockProducer<byte[], byte[]> data = new Recording();
    private int cutAt = Integer.MAX_VALUE;
    private Predicate<ProducerRecord<byte[], byte[]>> cutBefore = record -> false;

    /** Where the gate answers. */
    AdmissionDesk desk = AdmissionDesk.NOBODY;

    FakeCluster refuse(Predicate<ProducerRecord<byte[], byte[]>> which, RuntimeException refusal) {
        refused = which;
        this.refusal = refusal;
        return this;
    }

    /** Refuses records though it takes them: what a capture sees whose answer is lost. */
    FakeCluster takeAndRefuse(Predicate<ProducerRecord<byte[], byte[]>> which, RuntimeException refusal) {
        takesRefused = true;
        return refuse(which, refusal);
    }

    /** Holds the sender of a record until the producer is closed, as a client does that lost its cluster. */
    FakeCluster hold(Predicate<ProducerRecord<byte[], byte[]>> which) {
        held = which;
        return this;
    }

    /** Hands records of page-data on instead of writing them down: for dumps that do not fit into memory. */
    FakeCluster passPageDataTo(Consumer<ProducerRecord<byte[], byte[]>> reader) {
        pageData = reader;
        return this;
    }

    CaptureCluster clients() {
        return new CaptureCluster(metadata, data, DUMP_PARTITIONS, PARTITIONS, topic -> OptionalLong.of(1234), desk);
    }

    /** Kills the capture when so many records have arrived: nothing arrives behind them. */
    FakeCluster cutAt(int count) {
        cutAt = count;
        return this;
    }

    /** Kills the capture before a record arrives, however many tell of the dump's life by then. */
    FakeCluster cutBefore(Predicate<ProducerRecord<byte[], byte[]>> which) {
        cutBefore = which;
        return this;
    }

    /** Takes another capture; what arrived stays. */
    void restart() {
        cutAt = Integer.MAX_VALUE;
        cutBefore = record -> false;
        metadata = new Recording();
        data = new Recording();
    }

    /** Partition that a record lies in. */
    static int partition(ProducerRecord<byte[], byte[]> record) {
        return record.partition() != null
                ? record.partition()
                : Utils.toPositive(Utils.murmur2(record.key())) % DUMP_PARTITIONS;
    }

    private static boolean together(ProducerRecord<byte[], byte[]> one, ProducerRecord<byte[], byte[]> other) {
        return one.topic().equals(other.topic()) && partition(one) == partition(other);
    }

    boolean closed() {
        return metadata.closed() && data.closed();
    }

    List<ProducerRecord<byte[], byte[]>> on(String topic) {
        return records.stream().filter(r -> r.topic().equals(topic)).toList();
    }

    private static Cluster cluster() {
        Node node = new Node(0, "localhost", 1);
        Node[] nodes = {node};
        List<PartitionInfo> infos = new ArrayList<>();
        IntStream.range(0, DUMP_PARTITIONS)
                .forEach(p -> infos.add(new PartitionInfo(TOPICS.dumps(), p, node, nodes, nodes)));
        infos.add(new PartitionInfo(TOPICS.admissions(), 0, node, nodes, nodes));
        for (String topic : List.of(TOPICS.pageMetadata(), TOPICS.pageData())) {
            IntStream.range(0, PARTITIONS).forEach(p -> infos.add(new PartitionInfo(topic, p, node, nodes, nodes)));
        }
        return new Cluster("fake", List.of(node), infos, Set.of(), Set.of());
    }

    /** What a capture that is killed sees last. */
    static final class Cut extends Error {
        private static final long serialVersionUID = 1;
    }

    private final class Recording extends MockProducer<byte[], byte[]> {
        Recording() {
            super(cluster(), true, new RoundRobinPartitioner(), new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public void close(Duration timeout) {
            closing.countDown();
            super.close(timeout);
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            if (held.test(record)) {
                try {
                    closing.await();
                } catch (InterruptedException e) {
                    throw new InterruptException(e);
                }
                throw new KafkaException("producer closed");
            }
            return sendNow(record, callback);
        }

        private synchronized Future<RecordMetadata> sendNow(ProducerRecord<byte[], byte[]> record, Callback callback) {
            if (refused.test(record)) {
                if (takesRefused) {
                    records.add(record);
                }
                if (callback != null) {
                    callback.onCompletion(null, refusal);
                }
                return CompletableFuture.failedFuture(refusal);
            }
            if (records.size() >= cutAt || cutBefore.test(record)) {
                throw new Cut();
            }
            long offset =
                    records.stream().filter(other -> together(record, other)).count();
            TopicPartition place = new TopicPartition(record.topic(), partition(record));
            RecordMetadata metadata = new RecordMetadata(place, offset, 0, record.timestamp(), 0, 0);
            Callback told = callback == null || pageData != null
                    ? callback
                    : (ignored, problem) -> callback.onCompletion(problem == null ? metadata : null, problem);
            Future<RecordMetadata> sent = super.send(record, told);
            if (pageData != null && record.topic().equals(TOPICS.pageData())) {
                clear();
                pageData.accept(record);
            } else {
                records.add(record);
            }
            return sent;
        }
    }
}
