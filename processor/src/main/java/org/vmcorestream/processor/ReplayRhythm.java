// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;

/**
 * Work and pauses in turns, so that replays take no more than a share of one thread's time: after work of t a pause of
 * t * (1 - share) / share. What counts as work is all time that is not a pause, waiting for the cluster included: the share is
 * an upper bound. Between pieces of a pause, and where none is due, the worker looks up from its work. Belongs to one thread.
 */
final class ReplayRhythm {
    /** How long work goes on, at least, before there is a pause: many pages, but not long for those who wait. */
    static final long UNIT_NANOS = 50_000_000;

    /** Longest time in which nobody looks up. */
    static final long SLICE_NANOS = 200_000_000;

    private final double share;
    private final WallClock clock;
    private final Runnable lookUp;
    private long workingSince;

    /**
     * @param share above 0, at most 1
     * @param lookUp what is to be done now and then; an exception of it ends the work or the pause
     */
    ReplayRhythm(double share, WallClock clock, Runnable lookUp) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share of " + share + ", expected above 0 and at most 1");
        }
        this.share = share;
        this.clock = clock;
        this.lookUp = lookUp;
    }

    /** Work begins. */
    void begin() {
        workingSince = clock.nanoTime();
    }

    /** A piece of work is done, and more follows: pauses when it is time. */
    void beat() {
        if (clock.nanoTime() - workingSince >= UNIT_NANOS) {
            rest();
        }
    }

    /** Work has come to an end, or to a halt: pauses for what was done since the last pause. */
    void rest() {
        long worked = Math.max(0, clock.nanoTime() - workingSince);
        lookUp.run();
        pause((long) Math.min(Long.MAX_VALUE / 2, worked * (1 - share) / share));
        workingSince = clock.nanoTime();
    }

    /** Waits, for a cluster that does not answer for example. That is no work. */
    void waitFor(Duration time) {
        pause(time.toNanos());
        workingSince = clock.nanoTime();
    }

    private void pause(long nanos) {
        for (long left = nanos; left > 0; ) {
            long before = clock.nanoTime();
            clock.sleep(Math.min(left, SLICE_NANOS));
            lookUp.run();
            left -= Math.max(1, clock.nanoTime() - before);
        }
    }
}
