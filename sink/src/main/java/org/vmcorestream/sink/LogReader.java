// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Duration;
import java.util.List;

/**
 * Reads one partition at a time, committed records only. Belongs to one thread. Every method may throw Kafka's {@code
 * RetriableException}, after which the call can be made again, and other {@code KafkaException}s, after which it cannot.
 */
interface LogReader extends AutoCloseable {
    /** Goes to an offset of a partition. */
    void seek(String topic, int partition, long offset);

    /**
     * Goes to the first record of a partition whose timestamp is at or behind {@code timestamp}; to its beginning when there
     * is none.
     */
    void seekToTime(String topic, int partition, long timestamp);

    /**
     * Reads on.
     *
     * @param wait how long to wait for a record
     * @return what came, maybe nothing
     * @throws OffsetGoneException when the partition does not have the offset (any more)
     */
    List<LogRecord> read(Duration wait) throws OffsetGoneException;

    /** Offset that is read next. */
    long position();

    /** Offset behind the last record of the partition that can be read now. */
    long end();

    /** Offsets behind the last records, of partitions 0 to {@code partitions - 1} of a topic, that can be read now. */
    long[] ends(String topic, int partitions);

    /** Leaves the partition: what was fetched of it is dropped. The reader can go to another one later. */
    void leave();

    @Override
    void close();
}
