// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Headers;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.Dump;

/** Sends the records of one dump to one topic. Belongs to the capturing thread. */
final class RecordSender {
    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final String dumpId;
    private final long openedAt;
    private final SendFailure failure;
    private long valueBytes;

    /** @param openedAt no record is older than this, even when the clock goes back */
    RecordSender(Producer<byte[], byte[]> producer, String topic, String dumpId, long openedAt, SendFailure failure) {
        this.producer = producer;
        this.topic = topic;
        this.dumpId = dumpId;
        this.openedAt = openedAt;
        this.failure = failure;
    }

    /** Sends a record that speaks of no page frames to the partition of its key. */
    Receipt send(byte[] key, SpecificRecordBase message) {
        return send(null, key, message, RecordHeaders.of(dumpId, message));
    }

    /**
     * Sends a record of the dump's life to where it belongs.
     *
     * @param reached how far the pages are, as {@link RecordHeaders#REACHED} has it; may be empty
     */
    Receipt send(PartCopies.Place place, Dump message, String reached) {
        return send(place.partition(), place.key(), message, headers(message, reached));
    }

    private Headers headers(Dump message, String reached) {
        Headers headers = RecordHeaders.of(dumpId, message);
        if (!reached.isEmpty()) {
            RecordHeaders.add(headers, RecordHeaders.REACHED, reached);
        }
        return headers;
    }

    /** Sends a record that speaks of page frames {@code firstPfn} to {@code endPfn - 1}. */
    Receipt send(int partition, byte[] key, SpecificRecordBase message, long firstPfn, long endPfn) {
        return send(partition, key, message, RecordHeaders.of(dumpId, message, firstPfn, endPfn));
    }

    private Receipt send(Integer partition, byte[] key, SpecificRecordBase message, Headers headers) {
        return send(partition, key, message.getSchema().getName(), RecordCodec.encode(message), headers);
    }

    /**
     * Sends a record that was encoded elsewhere.
     *
     * @param kind name of its schema
     */
    Receipt send(Integer partition, byte[] key, String kind, byte[] value, Headers headers) {
        failure.check();
        Receipt receipt = new Receipt(topic, kind, value.length, failure);
        failure.sending();
        try {
            producer.send(record(partition, key, value, headers), receipt);
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException | IllegalStateException e) {
            failure.report(topic, kind, value.length, e);
        }
        failure.check();
        valueBytes += value.length;
        return receipt;
    }

    private ProducerRecord<byte[], byte[]> record(Integer partition, byte[] key, byte[] value, Headers headers) {
        long timestamp = Math.max(openedAt, System.currentTimeMillis());
        return new ProducerRecord<>(topic, partition, timestamp, key, value, headers);
    }

    /**
     * Sends a record even when another could not be sent, and waits for it for some time. That is done by another thread,
     * because a client that lost its cluster may hold its caller for longer; the thread ends with the client.
     *
     * @param places where it goes
     * @param reached how far the pages are, as {@link RecordHeaders#REACHED} has it; may be empty
     * @return whether the cluster has it everywhere
     */
    boolean sendLastWord(List<PartCopies.Place> places, Dump message, String reached, long nanos) {
        byte[] value = RecordCodec.encode(message);
        FutureTask<Void> task = new FutureTask<>(() -> {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (PartCopies.Place place : places) {
                sent.add(producer.send(record(place.partition(), place.key(), value, headers(message, reached))));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
            return null;
        });
        Thread thread = new Thread(task, "capture-last-word");
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = Thread.interrupted();
        try {
            task.get(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            throw new CaptureException(OneLine.of(e), e);
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits until every record is acknowledged. */
    void flush() {
        failure.check();
        producer.flush();
        failure.check();
    }

    /** Returns when no record has failed so far. */
    void check() {
        failure.check();
    }

    /** Bytes of all values sent. */
    long valueBytes() {
        return valueBytes;
    }
}
