// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The topics as somebody reads them who looks for a place. Belongs to one thread. */
interface PartitionLog extends AutoCloseable {
    /** Told of the records of a partition, in order. */
    interface Visitor {
        /** A record; false when no more are wanted. Its buffers are parts of a fetch. */
        boolean record(ConsumerRecord<ByteBuffer, ByteBuffer> record);
    }

    /**
     * Number of partitions of a topic.
     *
     * @throws CaptureException when the cluster does not answer, or there is no such topic
     */
    int partitions(String topic);

    /**
     * First offset that a partition still has.
     *
     * @throws CaptureException when the cluster does not answer
     */
    long beginning(String topic, int partition);

    /**
     * Offset behind the last record of a partition.
     *
     * @throws CaptureException when the cluster does not answer
     */
    long end(String topic, int partition);

    /**
     * Offset of the first record that is not older than a time; the end of the partition when all are.
     *
     * @param millis since 1970-01-01 UTC
     * @throws CaptureException when the cluster does not answer
     */
    long offsetAt(String topic, int partition, long millis);

    /**
     * Reads from an offset, or where that is gone from the first behind it, to before another.
     *
     * @throws CaptureException when the cluster does not answer
     */
    void read(String topic, int partition, long from, long end, Visitor visitor);

    @Override
    void close();
}
