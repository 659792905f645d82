// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens some readers at the start of a sink, and lets each find the brokers of a topic, so that the first dump does not wait
 * for that. A cluster that does not answer now is found out by those who need it. Runs once.
 */
final class ReaderWarmUp implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderWarmUp.class);

    private final LogReaders readers;
    private final SharedReaders shared;
    private final String topic;
    private final int partitions;
    private final int number;

    /**
     * @param shared gets the readers
     * @param topic whose brokers are found
     * @param partitions of the topic
     * @param number how many readers
     */
    ReaderWarmUp(LogReaders readers, SharedReaders shared, String topic, int partitions, int number) {
        this.readers = readers;
        this.shared = shared;
        this.topic = topic;
        this.partitions = partitions;
        this.number = number;
    }

    @Override
    public void run() {
        try {
            for (int i = 0; i < number; i++) {
                shared.add(warm(readers.open()));
            }
        } catch (KafkaException e) {
            LOG.debug("readers are opened when they are needed: {}", e.getMessage());
        }
    }

    private LogReader warm(LogReader reader) {
        try {
            reader.ends(topic, partitions);
            return reader;
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }
}
