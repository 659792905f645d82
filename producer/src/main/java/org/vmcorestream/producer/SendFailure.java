// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What becomes of the records of a capture: the first one that could not be sent, and since when none is acknowledged though some
 * are on their way. Clients' threads report it, the capturing thread stops at its next check.
 */
final class SendFailure {
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long quietSince;
    private final Map<TopicPartition, Long> offsets = new ConcurrentHashMap<>();
    private volatile long arrivedAt = System.nanoTime();
    private final AtomicReference<Reported> first = new AtomicReference<>();
    private final Function<String, OptionalLong> topicLimit;

    /** @param topicLimit largest record batch that a topic takes in bytes, empty when it cannot be told */
    SendFailure(Function<String, OptionalLong> topicLimit) {
        this.topicLimit = topicLimit;
    }

    /** A record is given to a client. */
    void sending() {
        if (underWay.getAndIncrement() == 0) {
            quietSince = System.nanoTime();
        }
    }

    /** A record was acknowledged, or could not be sent. */
    void answered() {
        quietSince = System.nanoTime();
        underWay.decrementAndGet();
    }

    /**
     * The cluster has a record. Records of a partition are acknowledged in order: an offset that goes back means that the cluster has lost
     * what it had before, and that is a failure.
     *
     * @param offset -1 when the cluster does not say it
     */
    void arrived(String topic, int partition, long offset, String kind, int bytes) {
        arrivedAt = System.nanoTime();
        if (offset < 0) {
            return;
        }
        Long before = offsets.put(new TopicPartition(topic, partition), offset);
        if (before != null && before >= offset) {
            report(
                    topic,
                    kind,
                    bytes,
                    new LostRecordsException("it has offset " + offset + " in partition " + partition
                            + ", one before it had " + before + ": the cluster lost what it had"));
        }
    }

    /** When the cluster took the last record, or this was made where it took none, as {@link System#nanoTime} has it. */
    long arrivedAt() {
        return arrivedAt;
    }

    /** For how long the cluster has acknowledged none of the records that are on their way, in nanoseconds; 0 when none is. */
    long silence() {
        return underWay.get() == 0 ? 0 : Math.max(0, System.nanoTime() - quietSince);
    }

    /** Reports a record that could not be sent. */
    void report(String topic, String kind, int bytes, Exception exception) {
        first.compareAndSet(null, new Reported(topic, kind, bytes, exception));
    }

    /**
     * Returns when nothing has failed so far.
     *
     * @throws CaptureException saying what has
     */
    void check() {
        Reported reported = first.get();
        if (reported != null) {
            throw new CaptureException(message(reported), reported.exception());
        }
    }

    private String message(Reported reported) {
        String what = reported.kind() + " of " + reported.bytes() + " bytes for topic " + reported.topic();
        Exception e = reported.exception();
        if (e instanceof RecordTooLargeException) {
            OptionalLong limit = topicLimit.apply(reported.topic());
            return what + " is larger than the topic takes"
                    + (limit.isPresent()
                            ? ": its max.message.bytes is " + limit.getAsLong()
                            : "; raise its max.message.bytes");
        }
        if (e instanceof AuthenticationException || e instanceof AuthorizationException) {
            return what + " was refused: " + OneLine.of(e);
        }
        if (e instanceof UnknownTopicOrPartitionException) {
            return what + " cannot be sent: the topic does not exist, or lost the partition";
        }
        if (e instanceof TimeoutException) {
            return what + " was not acknowledged in time: " + OneLine.of(e);
        }
        return what + " cannot be sent: " + OneLine.of(e);
    }

    private record Reported(String topic, String kind, int bytes, Exception exception) {}
}
