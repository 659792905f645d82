// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;

/**
 * The cluster as a capture uses it.
 *
 * @param metadata producer of dumps and page-metadata
 * @param data producer of page-data, with a buffer of its own, so that the metadata plane never waits for pages
 * @param dumpPartitions partitions of dumps
 * @param partitions partitions of page-metadata, page-data and verdicts
 * @param topicLimit largest record batch that a topic takes in bytes, empty when it cannot be told
 * @param desk where the gate answers
 */
record CaptureCluster(
        Producer<byte[], byte[]> metadata,
        Producer<byte[], byte[]> data,
        int dumpPartitions,
        int partitions,
        Function<String, OptionalLong> topicLimit,
        AdmissionDesk desk)
        implements AutoCloseable {
    /** Closes the producers at once: what was to be acknowledged is, and what is left belongs to a capture that failed. */
    @Override
    public void close() {
        try (metadata;
                desk) {
            data.close(Duration.ZERO);
            metadata.close(Duration.ZERO);
        }
    }
}
