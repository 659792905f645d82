// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;

/** A partition cannot be read at an offset. */
final class UnreadableRecordException extends ArchiveException {
    private static final long serialVersionUID = 1L;

    private final boolean broken;

    /** With the place and what the client says. */
    UnreadableRecordException(TopicPartition place, long offset, KafkaException cause) {
        super(place + " offset " + offset + " cannot be read: " + OneLine.of(cause), cause);
        // A batch whose checksum does not hold is reported as no special class; refusals of the cluster are.
        broken = !(cause instanceof ApiException) && cause.getClass() == KafkaException.class;
    }

    /** Whether the record is what is wrong, so that those behind it may be read. */
    boolean broken() {
        return broken;
    }
}
