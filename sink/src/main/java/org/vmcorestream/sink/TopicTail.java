// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Follows all partitions of a topic of small records from their beginnings on, with one question to the cluster where nothing
 * new came. Belongs to one thread.
 */
final class TopicTail {
    private static final Duration WAIT = Duration.ofMillis(100);

    /** Reads that may bring nothing before the end of a partition. */
    private static final int MAX_EMPTY_READS = 50;

    private final String topic;
    private final long[] next;

    /**
     * @param topic its name
     * @param partitions its partitions
     */
    TopicTail(String topic, int partitions) {
        this.topic = topic;
        next = new long[partitions];
    }

    /** Goes back to the beginning. */
    void rewind() {
        Arrays.fill(next, 0);
    }

    /**
     * Reads from where it was left to the end.
     *
     * @param reader any reader; it is left where it is
     * @param taker takes a record, or refuses it: then its partition is read from there on the next time
     * @return whether the end of each partition was reached
     * @throws TimeoutException when the cluster does not answer; the call can be made again
     */
    boolean readOn(LogReader reader, Predicate<LogRecord> taker) {
        long[] ends = reader.ends(topic, next.length);
        boolean all = true;
        for (int partition = 0; partition < next.length; partition++) {
            if (next[partition] > ends[partition]) {
                // The cluster lost the topic, and has it anew.
                next[partition] = 0;
            }
            if (next[partition] < ends[partition]) {
                all &= readOn(reader, partition, ends[partition], taker);
            }
        }
        return all;
    }

    private boolean readOn(LogReader reader, int partition, long end, Predicate<LogRecord> taker) {
        reader.seek(topic, partition, next[partition]);
        int empty = 0;
        while (next[partition] < end) {
            try {
                List<LogRecord> records = reader.read(WAIT);
                for (LogRecord record : records) {
                    if (!taker.test(record)) {
                        next[partition] = record.offset();
                        return false;
                    }
                }
                empty = records.isEmpty() ? empty + 1 : 0;
                next[partition] = reader.position();
                if (empty == MAX_EMPTY_READS && next[partition] < end) {
                    throw new TimeoutException(
                            topic + "-" + partition + " cannot be read from offset " + next[partition] + " to " + end);
                }
            } catch (OffsetGoneException e) {
                next[partition] = e.beginning();
                reader.seek(topic, partition, e.beginning());
            }
        }
        return true;
    }

    /**
     * Reads one record.
     *
     * @param reader any reader; it is left where it is
     * @return empty when it is not there any more
     * @throws TimeoutException when the cluster does not answer; the call can be made again
     */
    static Optional<LogRecord> one(LogReader reader, String topic, LogPlace place) {
        reader.seek(topic, place.partition(), place.offset());
        for (int empty = 0; empty < MAX_EMPTY_READS; empty++) {
            try {
                List<LogRecord> records = reader.read(WAIT);
                if (!records.isEmpty()) {
                    LogRecord first = records.get(0);
                    return first.offset() == place.offset() ? Optional.of(first) : Optional.empty();
                }
                if (reader.position() > place.offset()) {
                    return Optional.empty();
                }
            } catch (OffsetGoneException e) {
                return Optional.empty();
            }
        }
        throw new TimeoutException(topic + "-" + place.partition() + " cannot be read at offset " + place.offset());
    }
}
