// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

/** Interrupts of the capturing thread, asked for where nothing waits. */
final class Interrupts {
    private Interrupts() {}

    /** Throws when this thread was interrupted, and clears that. */
    static void check() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("capture was interrupted");
        }
    }
}
