// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.apache.kafka.common.TopicPartition;

/** A partition does not have an offset: its retention passed, or nothing was ever written there. */
final class OffsetGoneException extends Exception {
    private static final long serialVersionUID = 1L;

    private final long offset;
    private final long beginning;

    /**
     * @param offset that was asked for
     * @param beginning first offset that the partition has
     * @param end offset behind its last record
     */
    OffsetGoneException(TopicPartition place, long offset, long beginning, long end, Throwable cause) {
        super(
                place + " has no offset " + offset
                        + (offset < beginning
                                ? ", it expired: the first offset there is " + beginning
                                : ", it ends before offset " + end + " and begins at " + beginning),
                cause);
        this.offset = offset;
        this.beginning = beginning;
    }

    /** Whether the offset was there once and its retention passed. */
    boolean expired() {
        return offset < beginning;
    }

    /** First offset that the partition has. */
    long beginning() {
        return beginning;
    }
}
