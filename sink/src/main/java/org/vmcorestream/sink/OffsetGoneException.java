// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

/** An offset was asked for that a partition does not have: its retention passed, or nothing was ever written there. */
final class OffsetGoneException extends Exception {
    private static final long serialVersionUID = 1;
    private final long offset;
    private final long beginning;

    /**
     * @param offset offset that was asked for
     * @param beginning first offset that the partition has
     */
    OffsetGoneException(String topic, int partition, long offset, long beginning) {
        super(topic + "-" + partition + " has no offset " + offset + ", it begins at " + beginning);
        this.offset = offset;
        this.beginning = beginning;
    }

    long offset() {
        return offset;
    }

    long beginning() {
        return beginning;
    }
}
