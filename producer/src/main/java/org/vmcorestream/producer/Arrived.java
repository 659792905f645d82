// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

/** What a topic has of one stripe of a dump whose capture was cut short. */
interface Arrived {
    /** Whether it came to its end. */
    boolean done();

    /** When its last record was sent, milliseconds since 1970-01-01 UTC; {@code otherwise} when that did not come. */
    long endedAt(long otherwise);
}
