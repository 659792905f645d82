// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.ReplayRequest;

/**
 * Topic replays, one record at a time, as a member of the group that shares its partitions. While a record is at work no other
 * is fetched, but the membership is kept. An offset is committed when its record is done, so a record comes again when it was
 * not, or when the commit did not arrive. Belongs to one thread.
 */
final class ReplayInbox implements ConsumerRebalanceListener, AutoCloseable {
    /** Most records that are looked at to find out whether a request was done before. */
    static final int MAX_LOOK_AHEAD = 10_000;

    /** Most bytes of them. */
    private static final long MAX_LOOK_AHEAD_BYTES = 64 << 20;

    /** A poll that brings nothing counts as so many records: it takes longer. */
    private static final int EMPTY_POLL = 100;

    private static final Logger LOG = LoggerFactory.getLogger(ReplayInbox.class);
    private static final Duration LOOK_AHEAD_POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long KEEP_NANOS = 500_000_000;

    private final Consumer<byte[], byte[]> consumer;
    private final WallClock clock;

    /** Partitions of which nothing was taken since they were assigned. */
    private final Set<TopicPartition> fresh = new HashSet<>();

    /** Offsets behind records that ask for nothing, not committed yet. */
    private final Map<TopicPartition, OffsetAndMetadata> passedOver = new HashMap<>();

    private boolean busy;
    private TopicPartition atWork;
    private long offsetAtWork;
    private boolean lost;
    private long polledAt;

    /** @param consumer gives out one record a poll, and commits nothing by itself */
    ReplayInbox(Consumer<byte[], byte[]> consumer, String topic, WallClock clock) {
        this.consumer = consumer;
        this.clock = clock;
        consumer.subscribe(List.of(topic), this);
    }

    /**
     * The next record, null when none comes for a while. It is at work until it is {@link #done} or {@link #passOver passed over},
     * or {@link #release released} when it was lost. A record that is still at work when this is called comes again.
     */
    ConsumerRecord<byte[], byte[]> next(Duration wait) {
        if (atWork != null && !lost) {
            consumer.seek(atWork, offsetAtWork);
        }
        busy = false;
        release();
        consumer.resume(consumer.assignment());
        polledAt = clock.nanoTime();
        ConsumerRecords<byte[], byte[]> records = consumer.poll(wait);
        if (records.isEmpty()) {
            commitPassedOver();
            return null;
        }
        ConsumerRecord<byte[], byte[]> record = records.iterator().next();
        if (records.count() > 1) {
            throw new IllegalStateException("poll gave " + records.count() + " records, expected 1");
        }
        busy = true;
        atWork = new TopicPartition(record.topic(), record.partition());
        offsetAtWork = record.offset();
        consumer.pause(consumer.assignment());
        return record;
    }

    /**
     * Stays a member of the group while nothing is fetched. To be called every now and then.
     *
     * @throws AbandonedException when the record is another member's now
     */
    void keepMembership() {
        if (busy && clock.nanoTime() - polledAt >= KEEP_NANOS) {
            polledAt = clock.nanoTime();
            consumer.poll(Duration.ZERO);
        }
        if (lost) {
            throw new AbandonedException(atWork + " has moved to another instance");
        }
    }

    /**
     * Whether the outcome of a request is already on the topic behind it. Requests are done in their order and each is
     * committed before the next one begins: only the first one after a partition was assigned can have been done, by an
     * instance that ended between the two. So it is looked for only then, and no further than {@link #MAX_LOOK_AHEAD} records.
     */
    boolean isAnswered(ConsumerRecord<byte[], byte[]> record, ReplayRequest request) {
        if (!fresh.contains(atWork)) {
            return false;
        }
        boolean found = lookAhead(atWork, record.offset() + 1, request);
        if (lost) {
            throw new AbandonedException(atWork + " has moved to another instance");
        }
        fresh.remove(atWork);
        return found;
    }

    private boolean lookAhead(TopicPartition partition, long from, ReplayRequest request) {
        long end = consumer.endOffsets(List.of(partition), PATIENCE).get(partition);
        boolean found = false;
        consumer.resume(List.of(partition));
        try {
            int seen = 0;
            long bytes = 0;
            while (!found && !lost && consumer.position(partition) < end) {
                polledAt = clock.nanoTime();
                ConsumerRecords<byte[], byte[]> records = consumer.poll(LOOK_AHEAD_POLL);
                for (ConsumerRecord<byte[], byte[]> later : records) {
                    found |= isOutcome(later, request);
                    bytes += later.value() == null ? 0 : later.value().length;
                }
                seen += records.isEmpty() ? EMPTY_POLL : records.count();
                if (seen >= MAX_LOOK_AHEAD || bytes >= MAX_LOOK_AHEAD_BYTES) {
                    break;
                }
            }
            return found;
        } finally {
            if (!lost) {
                consumer.pause(List.of(partition));
                consumer.seek(partition, from);
            }
        }
    }

    private static boolean isOutcome(ConsumerRecord<byte[], byte[]> later, ReplayRequest request) {
        try {
            return later.value() != null
                    && RecordCodec.decode(ByteBuffer.wrap(later.value())) instanceof ReplayOutcome outcome
                    && outcome.getReplayId().equals(request.getReplayId())
                    && outcome.getDumpId().equals(request.getDumpId());
        } catch (MalformedRecordException e) {
            return false;
        }
    }

    /** Whether the cluster answers a question about the record at work: then trouble with it is its own. */
    boolean clusterAnswers() {
        try {
            consumer.endOffsets(List.of(atWork), PATIENCE);
            return true;
        } catch (RetriableException e) {
            return false;
        }
    }

    /** A record is done, and does not come again. */
    void done(ConsumerRecord<byte[], byte[]> record) {
        TopicPartition partition = atWork;
        boolean ours = !lost;
        fresh.remove(partition);
        release();
        if (ours) {
            passedOver.remove(partition);
            commit(Map.of(partition, new OffsetAndMetadata(record.offset() + 1)));
        }
    }

    /** A record asks for nothing: it is committed with a later one, or when no more come. */
    void passOver(ConsumerRecord<byte[], byte[]> record) {
        if (!lost) {
            passedOver.put(atWork, new OffsetAndMetadata(record.offset() + 1));
        }
        release();
    }

    private void commitPassedOver() {
        if (!passedOver.isEmpty()) {
            commit(Map.copyOf(passedOver));
            passedOver.clear();
        }
    }

    private void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        try {
            consumer.commitSync(offsets, PATIENCE);
        } catch (CommitFailedException | RebalanceInProgressException | RetriableException e) {
            LOG.info("records before {} are done, but may be read again: {}", offsets, e.getMessage());
        }
    }

    /** No record is at work any more. */
    void release() {
        atWork = null;
        lost = false;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        fresh.addAll(partitions);
        if (busy) {
            consumer.pause(partitions);
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        fresh.removeAll(partitions);
        passedOver.keySet().removeAll(partitions);
        lost |= atWork != null && partitions.contains(atWork);
    }

    /** Makes a poll end; can be called from any thread. */
    void wakeUp() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(ReplayClients.CLOSE));
    }
}
