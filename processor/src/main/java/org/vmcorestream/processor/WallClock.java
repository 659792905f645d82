// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.concurrent.TimeUnit;

/** Time as a replay worker sees it. */
interface WallClock {
    /** The time of this machine. */
    WallClock SYSTEM = new WallClock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long currentTimeMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public void sleep(long nanos) {
            try {
                TimeUnit.NANOSECONDS.sleep(nanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AbandonedException("interrupted");
            }
        }
    };

    /** Nanoseconds since some time in the past. */
    long nanoTime();

    /** Milliseconds since 1970-01-01 UTC. */
    long currentTimeMillis();

    /**
     * Returns after a while.
     *
     * @throws AbandonedException when it is interrupted
     */
    void sleep(long nanos);
}
