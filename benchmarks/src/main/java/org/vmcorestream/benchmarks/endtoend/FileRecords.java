// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.ReaderSettings;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.DumpFile;

/**
 * What sinks say of files on topic dump-files from now on, and when this program heard it: some milliseconds after the file got
 * its name.
 */
final class FileRecords implements AutoCloseable {
    private static final Duration WAIT = Duration.ofMillis(50);
    private static final Duration ASK = Duration.ofSeconds(10);

    private final KafkaConsumer<ByteBuffer, ByteBuffer> consumer;
    private final InFlight inFlight;
    private final Map<String, Arrived> arrived = new HashMap<>();
    private final Thread thread = new Thread(this::follow, "file-records");
    private volatile boolean closed;
    private RuntimeException failure;

    /**
     * A file.
     *
     * @param record what is said of it
     * @param nanoTime when that was heard, {@link System#nanoTime()}
     */
    record Arrived(DumpFile record, long nanoTime) {}

    /** @param inFlight told of each dump whose file is there */
    FileRecords(Map<String, Object> client, InFlight inFlight) {
        this.inFlight = inFlight;
        consumer = new KafkaConsumer<>(ReaderSettings.withoutGroup(client));
        TopicPartition files = new TopicPartition(new Topics(Topics.DEFAULT_PREFIX).dumpFiles(), 0);
        consumer.assign(List.of(files));
        consumer.seek(files, consumer.endOffsets(List.of(files), ASK).get(files));
        thread.setDaemon(true);
        thread.start();
    }

    private void follow() {
        try {
            while (!closed) {
                for (ConsumerRecord<ByteBuffer, ByteBuffer> record : consumer.poll(WAIT)) {
                    if (record.value() != null) {
                        arrive(RecordCodec.decode(record.value(), DumpFile.class));
                    }
                }
            }
        } catch (WakeupException e) {
            stop(null);
        } catch (MalformedRecordException e) {
            stop(new IllegalStateException("dump-files: " + e.getMessage(), e));
        } catch (RuntimeException e) {
            stop(e);
        }
    }

    private synchronized void stop(RuntimeException why) {
        failure = why;
        notifyAll();
    }

    private synchronized void arrive(DumpFile file) {
        inFlight.done(file.getDumpId());
        arrived.put(file.getDumpId(), new Arrived(file, System.nanoTime()));
        notifyAll();
    }

    /**
     * Waits for the file of a dump.
     *
     * @param deadline {@link System#nanoTime()} at which it has to be there
     * @throws BenchmarkFailure when it is not
     */
    synchronized Arrived await(String dumpId, long deadline) throws BenchmarkFailure, InterruptedException {
        while (!arrived.containsKey(dumpId)) {
            if (failure != null) {
                throw failure;
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (millis <= 0) {
                throw new BenchmarkFailure("dump " + dumpId + " has no file in time, " + arrived.size() + " have one");
            }
            wait(millis);
        }
        return arrived.get(dumpId);
    }

    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        try {
            thread.join();
            consumer.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
