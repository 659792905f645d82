// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Clock;
import java.util.concurrent.Semaphore;

/**
 * Bounds how many readers are open at once: each holds connections and what it fetched. Who gets none asks again later; who
 * has one and reads nothing for a while gives it back while others ask. Can be used by several threads at once.
 */
final class SharedReaders {
    /** How long a refusal is remembered: longer than it takes to ask again. */
    private static final long CONTESTED_MILLIS = 1_000;

    private final LogReaders readers;
    private final Semaphore seats;
    private final int most;
    private final Clock clock;
    private volatile long refusedAt = Long.MIN_VALUE / 2;

    /**
     * @param readers opens them
     * @param most how many may be open at once
     * @param clock tells the time
     */
    SharedReaders(LogReaders readers, int most, Clock clock) {
        this.readers = readers;
        seats = new Semaphore(most);
        this.most = most;
        this.clock = clock;
    }

    /**
     * Opens a reader, which has to be given back.
     *
     * @throws NoReaderException when too many are open; the call can be made again
     */
    LogReader open() {
        return open(seats.tryAcquire());
    }

    /**
     * Opens a reader for somebody who never takes the last one, where there is more than one.
     *
     * @throws NoReaderException when too many are open; the call can be made again
     */
    LogReader openIfNotLast() {
        if (most == 1) {
            return open();
        }
        boolean free = seats.tryAcquire(2);
        if (free) {
            seats.release();
        }
        return open(free);
    }

    private LogReader open(boolean seated) {
        if (!seated) {
            refusedAt = clock.millis();
            throw new NoReaderException();
        }
        try {
            return readers.open();
        } catch (RuntimeException | Error e) {
            seats.release();
            throw e;
        }
    }

    /** Closes a reader that was opened here. */
    void giveBack(LogReader reader) {
        try {
            reader.close();
        } finally {
            seats.release();
        }
    }

    /** Whether somebody was refused lately. */
    boolean contested() {
        return clock.millis() - refusedAt < CONTESTED_MILLIS;
    }
}
