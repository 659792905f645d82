// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A place in one partition, read forward record by record. What was fetched and not yet read stays: moving a little forward
 * costs no fetch. Belongs to one thread.
 */
final class LogCursor implements AutoCloseable {
    /** Offsets that are rather read and passed over than fetched anew. */
    static final long NEAR = 256;

    private static final Duration WAIT = Duration.ofMillis(500);
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final Consumer<ByteBuffer, ByteBuffer> consumer;
    private final Duration patience;
    private TopicPartition place;

    /** Fetched and not read yet. */
    private Iterator<ConsumerRecord<ByteBuffer, ByteBuffer>> fetched = Collections.emptyIterator();

    /** The next of them, null when they are at their end. */
    private ConsumerRecord<ByteBuffer, ByteBuffer> next;

    /** No record below it is given out. */
    private long from;

    /** Whether the last fetch failed, so that the next one from here would fail again. */
    private boolean lost;

    private long bytes;

    /** @param patience how long the cluster may take before that counts as no answer */
    LogCursor(Consumer<ByteBuffer, ByteBuffer> consumer, Duration patience) {
        this.consumer = consumer;
        this.patience = patience;
    }

    /**
     * A cursor of its own client.
     *
     * @param fetchBytes largest fetch, where no single record is larger
     * @throws ArchiveException when there can be no such client
     */
    static LogCursor open(Map<String, Object> client, int fetchBytes) {
        try {
            return new LogCursor(new KafkaConsumer<>(ClientConfigs.cursor(client, fetchBytes)), ClientConfigs.PATIENCE);
        } catch (KafkaException e) {
            throw new ClusterException("cannot read from the cluster: " + OneLine.of(innermost(e)), e);
        }
    }

    private static Throwable innermost(Throwable problem) {
        Throwable cause = problem;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Moves to an offset of a partition. */
    void moveTo(String topic, int partition, long offset) {
        TopicPartition wanted = new TopicPartition(topic, partition);
        if (!wanted.equals(place)) {
            forget();
            ask(wanted + " cannot be read", () -> {
                consumer.assign(Set.of(wanted));
                return null;
            });
            place = wanted;
            seek(offset);
        } else if (lost || offset < from || offset - position() > NEAR) {
            seek(offset);
        } else {
            from = offset;
        }
    }

    /** Passes over what follows up to an offset, though it cannot be read. */
    void seek(long offset) {
        forget();
        lost = false;
        from = offset;
        ask(place + " cannot be read from offset " + offset, () -> {
            consumer.seek(place, offset);
            return null;
        });
    }

    private void forget() {
        fetched = Collections.emptyIterator();
        next = null;
    }

    /** Offset behind what was given out: no record between it and the next one. */
    long position() {
        if (next != null) {
            return Math.max(from, next.offset());
        }
        return Math.max(from, ask(place + " does not tell its position", () -> consumer.position(place, patience)));
    }

    /**
     * The next record below an offset; null when there is none any more. A record's buffers are parts of a fetch.
     *
     * @throws OffsetGoneException when the partition does not have the place that was moved to
     * @throws BrokenRecordException when there is something that is no record
     * @throws ClusterException when the cluster does not answer
     */
    ConsumerRecord<ByteBuffer, ByteBuffer> next(long end) throws OffsetGoneException {
        long giveUp = System.nanoTime() + patience.toNanos();
        long reached = -1;
        while (true) {
            while (next != null && next.offset() < from) {
                advance();
            }
            if (next != null) {
                if (next.offset() >= end) {
                    return null;
                }
                ConsumerRecord<ByteBuffer, ByteBuffer> record = next;
                from = record.offset() + 1;
                bytes += Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
                advance();
                return record;
            }
            long position = position();
            if (position >= end) {
                return null;
            }
            if (position > reached) {
                reached = position;
                giveUp = System.nanoTime() + patience.toNanos();
            } else if (System.nanoTime() - giveUp > 0) {
                String problem = place + " gives no record from offset " + position + " on within "
                        + patience.toMillis() + " ms, expected some up to offset " + (end - 1);
                throw new ClusterException(problem, new TimeoutException(problem));
            }
            poll();
        }
    }

    private void advance() {
        next = fetched.hasNext() ? fetched.next() : null;
    }

    private void poll() throws OffsetGoneException {
        try {
            fetched = consumer.poll(WAIT.compareTo(patience) < 0 ? WAIT : patience)
                    .iterator();
            advance();
        } catch (InvalidOffsetException e) {
            lost = true;
            throw new OffsetGoneException(place, position(), beginning(), end(), e);
        } catch (KafkaException e) {
            lost = true;
            // A batch whose checksum does not hold is reported as no special class; refusals of the cluster are.
            if (e.getClass() == KafkaException.class) {
                throw new BrokenRecordException(place, position(), e);
            }
            throw new ClusterException(
                    place + " cannot be read from offset " + position() + " on: " + OneLine.of(e), e);
        }
    }

    /** First offset that the partition still has. */
    long beginning() {
        return beginning(place.topic(), place.partition());
    }

    /** Offset behind its last committed record. */
    long end() {
        return end(place.topic(), place.partition());
    }

    /** Offset behind the last committed record of a partition, without moving there. */
    long end(String topic, int partition) {
        TopicPartition asked = new TopicPartition(topic, partition);
        return ask(
                asked + " does not tell its end",
                () -> consumer.endOffsets(Set.of(asked), patience).get(asked));
    }

    /** First offset that a partition still has, without moving there. */
    long beginning(String topic, int partition) {
        TopicPartition asked = new TopicPartition(topic, partition);
        return ask(
                asked + " does not tell its first offset",
                () -> consumer.beginningOffsets(Set.of(asked), patience).get(asked));
    }

    /**
     * Offset of the first record of a partition that is not older than a time; of its end when all are.
     *
     * @param millis since 1970-01-01 UTC
     */
    long offsetAt(String topic, int partition, long millis) {
        if (millis <= 0) {
            return beginning(topic, partition);
        }
        TopicPartition asked = new TopicPartition(topic, partition);
        OffsetAndTimestamp found = ask(
                asked + " does not tell what it has from a time on",
                () -> consumer.offsetsForTimes(Map.of(asked, millis), patience).get(asked));
        return found == null ? end(topic, partition) : found.offset();
    }

    /** Number of partitions of a topic. */
    int partitions(String topic) {
        List<PartitionInfo> partitions =
                ask("topic " + topic + " cannot be described", () -> consumer.partitionsFor(topic, patience));
        if (partitions == null || partitions.isEmpty()) {
            throw new ArchiveException("topic " + topic + " is missing, expected one made by 'topics create'");
        }
        TreeSet<Integer> numbers = new TreeSet<>();
        partitions.forEach(partition -> numbers.add(partition.partition()));
        if (numbers.last() != numbers.size() - 1) {
            throw new ArchiveException("topic " + topic + " tells of " + numbers.size() + " partitions up to number "
                    + numbers.last() + ", expected all from 0 on");
        }
        return numbers.size();
    }

    /** Bytes of keys and values of the records given out, uncompressed. */
    long bytes() {
        return bytes;
    }

    private <T> T ask(String problem, Supplier<T> question) {
        try {
            return question.get();
        } catch (KafkaException | IllegalStateException | IllegalArgumentException e) {
            throw new ClusterException(problem + ": " + OneLine.of(e), e);
        }
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE));
    }
}
