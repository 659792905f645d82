// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.processor.api.Record;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.VerdictPlace;

/**
 * What a replay sends. Verdicts of a stripe go out without waiting for each; {@link #place} waits for all of them, and only then
 * is it known that they arrived. Belongs to one thread.
 */
final class ReplayOutbox implements AutoCloseable {
    private final Producer<byte[], byte[]> producer;
    private final Topics topics;
    private final WallClock clock;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private Future<RecordMetadata> first;
    private Future<RecordMetadata> last;

    /** @param producer idempotent, waits for all replicas */
    ReplayOutbox(Producer<byte[], byte[]> producer, Topics topics, WallClock clock) {
        this.producer = producer;
        this.topics = topics;
        this.clock = clock;
    }

    /** Partitions of topic verdicts. */
    int partitions() {
        return producer.partitionsFor(topics.verdicts()).size();
    }

    /** Forgets what was sent before: verdicts of another stripe follow. */
    void begin() {
        failure.set(null);
        first = null;
        last = null;
    }

    /**
     * Sends a record of a stripe.
     *
     * @param partition partition of the stripe
     * @throws RefusedException when the topic does not take it, or one before it
     * @throws KafkaException when the cluster does not
     */
    void send(VerdictRecord record, int partition) throws RefusedException {
        check();
        boolean verdict = record.target() == VerdictRecord.Target.VERDICTS;
        Future<RecordMetadata> sent = producer.send(
                new ProducerRecord<>(
                        verdict ? topics.verdicts() : topics.exclusionStats(),
                        verdict ? partition : null,
                        clock.currentTimeMillis(),
                        record.key(),
                        RecordCodec.encode(record.message()),
                        record.headers()),
                (metadata, problem) -> {
                    if (problem != null) {
                        failure.compareAndSet(null, problem);
                    }
                });
        if (verdict) {
            first = first == null ? sent : first;
            last = sent;
        }
    }

    /**
     * Waits until all that was sent has arrived, and says where the verdicts of the stripe are.
     *
     * @throws RefusedException when a topic does not take one of them
     * @throws KafkaException when the cluster does not
     */
    VerdictPlace place(int stripe) throws RefusedException {
        producer.flush();
        check();
        RecordMetadata from = get(first);
        RecordMetadata to = get(last);
        return new VerdictPlace(stripe, from.partition(), from.offset(), to.offset());
    }

    /**
     * Sends what became of a request and waits until it has arrived.
     *
     * @param partition partition of the request
     * @throws KafkaException when the cluster does not take it
     */
    void send(ReplayOutcome outcome, int partition) {
        get(producer.send(new ProducerRecord<>(
                topics.replays(),
                partition,
                clock.currentTimeMillis(),
                Keys.replay(outcome.getDumpId()),
                RecordCodec.encode(outcome),
                RecordHeaders.of(outcome.getDumpId(), outcome))));
    }

    /**
     * Sends a record that is no request to the dead letters and waits until it has arrived.
     *
     * @throws KafkaException when the cluster does not take it
     */
    void bury(ConsumerRecord<byte[], byte[]> received, String problem) {
        long now = clock.currentTimeMillis();
        Record<byte[], PlacedValue> letter = DeadLetters.of(
                new Record<>(received.key(), received.value(), now, received.headers()),
                problem,
                received.topic(),
                received.partition(),
                received.offset(),
                now);
        get(producer.send(new ProducerRecord<>(
                topics.deadLetters(), null, now, letter.key(), letter.value().bytes(), letter.headers())));
    }

    private void check() throws RefusedException {
        Exception problem = failure.get();
        if (problem == null) {
            return;
        }
        if (problem instanceof KafkaException && ClusterTrouble.isIn(problem)) {
            throw (KafkaException) problem;
        }
        throw new RefusedException("verdicts cannot be sent: " + problem.getMessage(), problem);
    }

    private static RecordMetadata get(Future<RecordMetadata> sent) {
        try {
            return sent.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException known) {
                throw known;
            }
            throw new KafkaException("record cannot be sent: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        producer.close(ReplayClients.CLOSE);
    }
}
