// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Tells, on a thread of its own, that the cluster is silent while a capture waits for it, and when it answers again. */
final class SilenceWatch implements AutoCloseable {
    private static final long LOOK_MILLIS = 1_000;

    private final LongSupplier silence;
    private final CaptureProgress progress;
    private final Duration patience;
    private final Thread thread = new Thread(this::run, "capture-watch");
    private final SilenceClock clock = new SilenceClock();

    /**
     * Begins to watch.
     *
     * @param silence for how long records have been on their way without an answer, in nanoseconds
     * @param patience how long the capture waits
     */
    static SilenceWatch begin(LongSupplier silence, CaptureProgress progress, Duration patience) {
        SilenceWatch watch = new SilenceWatch(silence, progress, patience);
        watch.thread.setDaemon(true);
        watch.thread.start();
        return watch;
    }

    SilenceWatch(LongSupplier silence, CaptureProgress progress, Duration patience) {
        this.silence = silence;
        this.progress = progress;
        this.patience = patience;
    }

    private void run() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks once. */
    void look() {
        long nanos = silence.getAsLong();
        switch (clock.hear(nanos)) {
            case SILENT -> progress.silent(Duration.ofNanos(nanos), patience);
            case OVER -> progress.silent(Duration.ZERO, patience);
            case NOTHING -> {}
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
