// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door to the gate: captures ask it before they send page contents, and it lets as many of them send as fit into what may be in
 * flight. Any number of gates can run; one of them is at work, and another goes on where it stopped.
 *
 * <p>A dump is in flight from the time it is granted until its files are made. Bad records never stop a gate. What stops it is
 * a cluster that refuses it; then {@link #failure} says why.
 */
public final class GateService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GateService.class);

    /** How long topics may be missing at the start: whoever makes them may start at the same time. */
    private static final Duration TOPICS_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration ASK = Duration.ofSeconds(5);
    private static final Duration CLOSE = Duration.ofSeconds(5);
    private static final Duration STOP = Duration.ofSeconds(30);

    private final GateSettings settings;
    private final GateListener listener;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::run, "gate");
    private volatile boolean closed;
    private volatile GateThread working;

    /**
     * A gate that does nothing yet.
     *
     * @param listener told what it does
     */
    public GateService(GateSettings settings, GateListener listener) {
        this.settings = settings;
        this.listener = listener;
        thread.setDaemon(true);
    }

    /** Starts the gate's thread and returns at once. */
    public void start() {
        thread.start();
    }

    /** Why it stopped by itself; empty while all is well. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    private void run() {
        try (Consumer<ByteBuffer, ByteBuffer> reader = new KafkaConsumer<>(GateClients.reader(settings))) {
            awaitTopics(reader);
            Admin admin = Admin.create(settings.client());
            Producer<byte[], byte[]> producer = new KafkaProducer<>(GateClients.producer(settings));
            Consumer<ByteBuffer, ByteBuffer> member = new KafkaConsumer<>(GateClients.member(settings));
            try {
                work(member, reader, producer, admin);
            } finally {
                member.close(CloseOptions.timeout(CLOSE));
                producer.close(CLOSE);
                admin.close(CLOSE);
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            if (!closed && failure.compareAndSet(null, e)) {
                LOG.error("the gate stops: {}", OneLine.of(e));
            }
        }
    }

    private void work(
            Consumer<ByteBuffer, ByteBuffer> member,
            Consumer<ByteBuffer, ByteBuffer> reader,
            Producer<byte[], byte[]> producer,
            Admin admin)
            throws InterruptedException {
        Clock clock = Clock.systemUTC();
        GateThread gate = new GateThread(
                settings,
                member,
                reader,
                new GateOutbox(producer, settings.topics()),
                new DiskWatch(admin, settings.topics().pageData(), clock),
                listener,
                clock);
        working = gate;
        if (!closed) {
            gate.run();
        }
    }

    private void awaitTopics(Consumer<ByteBuffer, ByteBuffer> reader) throws InterruptedException {
        long deadline = System.nanoTime() + TOPICS_TIMEOUT.toNanos();
        for (String topic : List.of(
                settings.topics().admissions(),
                settings.topics().dumps(),
                settings.topics().dumpFiles(),
                settings.topics().pageData())) {
            while (!closed && !isThere(reader, topic)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new UnknownTopicOrPartitionException("topic " + topic + " is not there");
                }
                Thread.sleep(200);
            }
        }
    }

    private static boolean isThere(Consumer<ByteBuffer, ByteBuffer> reader, String topic) {
        try {
            return !reader.partitionsFor(topic, ASK).isEmpty();
        } catch (RetriableException e) {
            return false;
        }
    }

    /** Stops; the next gate goes on where this one was. */
    @Override
    public void close() {
        closed = true;
        GateThread gate = working;
        if (gate != null) {
            gate.stop();
        }
        try {
            thread.join(STOP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
