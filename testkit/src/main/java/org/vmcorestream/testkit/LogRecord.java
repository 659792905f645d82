// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/**
 * One record of the kernel log.
 *
 * @param nanos time since boot in nanoseconds
 * @param caller caller id as the kernel stores it: a thread number, or a CPU number with bit 31 set
 * @param text the message, one char for each byte (Latin-1), without the closing line feed
 * @param state what the writer had come to
 */
public record LogRecord(long nanos, int caller, String text, State state) {
    /** States of a printk record; the ordinal is what stands in the top two bits of state_var. */
    public enum State {
        /** The writer was still at it: no reader may show it. */
        RESERVED,
        /** Written, may be continued. */
        COMMITTED,
        /** Written for good. */
        FINALIZED,
        /** Given back. */
        REUSABLE
    }
}
