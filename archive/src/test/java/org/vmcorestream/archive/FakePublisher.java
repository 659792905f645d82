// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer with the transactional id that all of a {@link FakeCluster} share. */
final class FakePublisher extends MockProducer<byte[], byte[]> {
    private final FakeCluster cluster;
    private final List<ProducerRecord<byte[], byte[]>> open = new ArrayList<>();
    private int epoch;

    /** Done before the next commit. */
    Runnable beforeCommit = () -> {};

    /** Whether the cluster commits and does not say so. */
    boolean answersNothing;

    KafkaException refusal;

    FakePublisher(FakeCluster cluster) {
        super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        this.cluster = cluster;
    }

    @Override
    public synchronized void initTransactions() {
        super.initTransactions();
        epoch = ++cluster.epoch;
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
        open.add(record);
        long offset = cluster.ends.get(new TopicPartition(record.topic(), record.partition()));
        return CompletableFuture.completedFuture(new RecordMetadata(
                new TopicPartition(record.topic(), record.partition()), offset, 0, record.timestamp(), 0, 0));
    }

    @Override
    public synchronized void commitTransaction() {
        Runnable before = beforeCommit;
        beforeCommit = () -> {};
        before.run();
        if (refusal != null) {
            throw refusal;
        }
        if (epoch != cluster.epoch) {
            throw new ProducerFencedException("another came later");
        }
        for (ProducerRecord<byte[], byte[]> record : open) {
            cluster.add(record.topic(), record.partition(), record.timestamp(), record.key(), record.value());
            cluster.gap(record.topic(), record.partition(), 1);
        }
        open.clear();
        if (answersNothing) {
            throw new TimeoutException("no answer");
        }
    }
}
