// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.ReplayRequest;

/** Asks processors and sinks to decide dumps once more. Belongs to one thread. */
public final class Replays implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int MAX_REQUESTER = 256;

    private final Supplier<LogTail> tails;
    private final Supplier<Producer<byte[], byte[]>> producers;
    private final Topics topics;
    private Producer<byte[], byte[]> producer;

    Replays(Supplier<LogTail> tails, Supplier<Producer<byte[], byte[]>> producers, Topics topics) {
        this.tails = tails;
        this.producers = producers;
        this.topics = topics;
    }

    /** Asks the cluster nothing yet. */
    public static Replays open(Map<String, Object> client, Topics topics) {
        Map<String, Object> settings = Map.copyOf(client);
        return new Replays(
                () -> LogTail.open(settings), () -> new KafkaProducer<>(ClientConfigs.sender(settings)), topics);
    }

    /**
     * Sends a request for each dump, all of one replay, and returns when the cluster has them. Whoever wants to know what becomes
     * of them asks the tracker returned, which misses nothing, and closes it.
     *
     * @param ruleSet its pinned name, {@code mine@3} or {@code level-31}
     * @param verdictsOnly whether no files are wanted
     * @param by who asks, as user@host
     * @param dumpIds at least one, each once
     * @throws ArchiveException when the cluster does not take them; some may have been sent
     */
    public ReplayTracker ask(String ruleSet, boolean verdictsOnly, String by, Collection<String> dumpIds) {
        String replayId = newId();
        LogTail tail = tails.get();
        try {
            tail.begin(verdictsOnly ? List.of(topics.replays()) : List.of(topics.replays(), topics.dumpFiles()));
            String who = OneLine.of(by);
            send(replayId, ruleSet, verdictsOnly, who.substring(0, Math.min(who.length(), MAX_REQUESTER)), dumpIds);
            return new ReplayTracker(tail, replayId, ruleSet, verdictsOnly, dumpIds);
        } catch (RuntimeException e) {
            tail.close();
            throw e;
        }
    }

    private void send(String replayId, String ruleSet, boolean verdictsOnly, String by, Collection<String> dumpIds) {
        AtomicReference<Exception> failure = new AtomicReference<>();
        long now = System.currentTimeMillis();
        try {
            if (producer == null) {
                producer = producers.get();
            }
            for (String dumpId : dumpIds) {
                ReplayRequest request = new ReplayRequest(replayId, dumpId, ruleSet, verdictsOnly, now, by);
                producer.send(
                        new ProducerRecord<>(
                                topics.replays(),
                                null,
                                now,
                                Keys.replay(dumpId),
                                RecordCodec.encode(request),
                                RecordHeaders.of(dumpId, request)),
                        (sent, problem) -> {
                            if (problem != null) {
                                failure.compareAndSet(null, problem);
                            }
                        });
            }
            producer.flush();
        } catch (KafkaException e) {
            failure.compareAndSet(null, e);
        }
        if (failure.get() != null) {
            throw new ClusterException(
                    "requests cannot be sent to " + topics.replays() + ": " + OneLine.of(failure.get()), failure.get());
        }
    }

    /** A UUID of version 7 (RFC 9562) of this moment. */
    static String newId() {
        long high = System.currentTimeMillis() << 16 | 7L << 12 | RANDOM.nextInt(1 << 12);
        return new UUID(high, 1L << 63 | RANDOM.nextLong() >>> 2).toString();
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close();
        }
    }
}
