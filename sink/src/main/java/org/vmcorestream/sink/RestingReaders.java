// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Readers that nobody uses, kept open for the next one. A reader that was used may have a fetch under way that a broker holds
 * until records come or its time is up, and the broker answers nothing else on that connection before it. So a reader rests for
 * that time, and whoever wants one meanwhile takes another. Can be used by several threads at once.
 */
final class RestingReaders implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RestingReaders.class);

    private final int most;
    private final Duration rest;
    private final Clock clock;

    /** The one that rests longest is the first. */
    private final Deque<Resting> resting = new ArrayDeque<>();

    private boolean closed;

    private record Resting(LogReader reader, long since) {}

    /**
     * @param most how many are kept
     * @param rest how long a fetch can be under way
     * @param clock tells the time
     */
    RestingReaders(int most, Duration rest, Clock clock) {
        this.most = most;
        this.rest = rest;
        this.clock = clock;
    }

    /** A reader that answers at once; empty when there is none. It belongs to the caller then. */
    synchronized Optional<LogReader> take() {
        Resting first = resting.peek();
        if (first == null || clock.millis() - first.since() < rest.toMillis()) {
            return Optional.empty();
        }
        resting.remove();
        return Optional.of(first.reader());
    }

    /** Takes a reader that has done nothing yet: it needs no rest. */
    void addFresh(LogReader reader) {
        keep(new Resting(reader, Long.MIN_VALUE / 2), true);
    }

    /** Takes a reader that was used; one that there is no room for is closed. */
    void add(LogReader reader) {
        try {
            reader.leave();
        } catch (RuntimeException e) {
            LOG.debug("a reader cannot leave its partition", e);
            reader.close();
            return;
        }
        keep(new Resting(reader, clock.millis()), false);
    }

    private void keep(Resting reader, boolean first) {
        synchronized (this) {
            if (!closed && resting.size() < most) {
                if (first) {
                    resting.addFirst(reader);
                } else {
                    resting.addLast(reader);
                }
                return;
            }
        }
        reader.reader().close();
    }

    /** Closes all of them, and every one that comes later. */
    @Override
    public void close() {
        List<Resting> closing;
        synchronized (this) {
            closed = true;
            closing = new ArrayList<>(resting);
            resting.clear();
        }
        closing.forEach(each -> each.reader().close());
    }
}
