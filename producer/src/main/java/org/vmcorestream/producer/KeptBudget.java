// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

/**
 * Memory that the kept pages of a whole capture may take until they are sent, however large the dump is. Belongs to the capturing
 * thread.
 */
final class KeptBudget {
    /** Bytes for one capture: enough for about 10 million runs. */
    static final int USUAL_BYTES = 32 << 20;

    private final int total;
    private int left;

    /** @param bytes all there is */
    KeptBudget(int bytes) {
        total = bytes;
        left = bytes;
    }

    /** Takes bytes; false when fewer are left. */
    boolean take(int bytes) {
        if (bytes > left) {
            return false;
        }
        left -= bytes;
        return true;
    }

    /** Gives bytes back. */
    void giveBack(int bytes) {
        left += bytes;
    }

    /** Bytes that are taken. */
    int taken() {
        return total - left;
    }
}
