// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

/** Time that only moves when somebody works or sleeps. */
final class FakeTime implements WallClock {
    static final long START_MILLIS = 1_800_000_000_000L;

    private static final int MAX_SLEEPS = 100_000;

    private long nanos = 77;
    private long slept;
    private int sleeps;
    private long longestSleep;

    /** Somebody works. */
    void work(long millis) {
        nanos += millis * 1_000_000;
    }

    /** Milliseconds slept since the last time. */
    long takeSlept() {
        long all = slept / 1_000_000;
        slept = 0;
        return all;
    }

    int sleeps() {
        return sleeps;
    }

    long longestSleepMillis() {
        return longestSleep / 1_000_000;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long currentTimeMillis() {
        return START_MILLIS + nanos / 1_000_000;
    }

    @Override
    public void sleep(long time) {
        nanos += time;
        slept += time;
        if (++sleeps > MAX_SLEEPS) {
            throw new AssertionError("sleeps for ever");
        }
        longestSleep = Math.max(longestSleep, time);
    }
}
