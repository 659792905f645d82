// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * Lends readers, and bounds how many are lent at once: each holds connections and what it fetched. Who gets none asks again
 * later; who has one and reads nothing for a while gives it back while others ask. Those given back are kept open and lent again,
 * see {@link RestingReaders}: opening one takes several round trips. Can be used by several threads at once.
 */
final class SharedReaders implements AutoCloseable {
    /** How long a refusal is remembered: longer than it takes to ask again. */
    private static final long CONTESTED_MILLIS = 1_000;

    /** Most readers that are kept open while nobody has them. */
    private static final int MOST_RESTING = 16;

    /** How long a reader rests: a fetch under way, and its way back. */
    private static final Duration REST = Duration.ofMillis(ClientSettings.FETCH_WAIT_MS + 100L);

    private final LogReaders readers;
    private final Semaphore seats;
    private final int most;
    private final Clock clock;
    private final RestingReaders resting;
    private volatile long refusedAt = Long.MIN_VALUE / 2;

    /**
     * @param readers opens them
     * @param most how many may be lent at once
     * @param clock tells the time
     */
    SharedReaders(LogReaders readers, int most, Clock clock) {
        this.readers = readers;
        seats = new Semaphore(most);
        this.most = most;
        this.clock = clock;
        resting = new RestingReaders(Math.min(most, MOST_RESTING), REST, clock);
    }

    /** Takes a reader that was opened elsewhere and has done nothing yet, to be lent at once to whoever asks next. */
    void add(LogReader fresh) {
        resting.addFresh(fresh);
    }

    /**
     * Lends a reader, which has to be given back.
     *
     * @throws NoReaderException when too many are lent; the call can be made again
     */
    LogReader open() {
        return open(seats.tryAcquire());
    }

    /**
     * Lends a reader to somebody who never takes the last one, where there is more than one.
     *
     * @throws NoReaderException when too many are lent; the call can be made again
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
            return next();
        } catch (RuntimeException | Error e) {
            seats.release();
            throw e;
        }
    }

    private LogReader next() {
        return resting.take().orElseGet(readers::open);
    }

    /** Takes a reader that was lent, and lends one that answers at once in its place. */
    LogReader exchange(LogReader used) {
        LogReader other = next();
        resting.add(used);
        return other;
    }

    /** Takes back a reader that was lent. */
    void giveBack(LogReader reader) {
        try {
            resting.add(reader);
        } finally {
            seats.release();
        }
    }

    /** Takes back a reader that was lent and cannot be relied on: it is closed. */
    void discard(LogReader reader) {
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

    /** Closes the readers that nobody has, and those given back later. */
    @Override
    public void close() {
        resting.close();
    }
}
