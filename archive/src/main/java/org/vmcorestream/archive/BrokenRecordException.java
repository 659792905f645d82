// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.apache.kafka.common.TopicPartition;

/** A partition holds something at an offset that is no record; those behind it may be read. */
final class BrokenRecordException extends ArchiveException {
    private static final long serialVersionUID = 1L;

    /** With the place and what the client says. */
    BrokenRecordException(TopicPartition place, long offset, Throwable cause) {
        super(place + " offset " + offset + " cannot be read: " + OneLine.of(cause), cause);
    }
}
