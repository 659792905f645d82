// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;

/** The thread of a {@link ReplayWatch}. */
final class ReplayThread implements AutoCloseable {
    private static final long STOP_MILLIS = 10_000;

    private final ReplayWatch watch;
    private final Thread thread;

    /**
     * @param watch closed when the thread ends
     * @param fatal told what makes all further work pointless
     */
    ReplayThread(ReplayWatch watch, Consumer<Throwable> fatal) {
        this.watch = watch;
        thread = new Thread(() -> run(fatal), "sink-replays");
        thread.setDaemon(true);
    }

    private void run(Consumer<Throwable> fatal) {
        try (watch) {
            watch.run();
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            fatal.accept(e);
        }
    }

    void start() {
        thread.start();
    }

    /** Stops the thread and waits for its end, so that nothing is begun any more. */
    @Override
    public void close() {
        watch.stop();
        if (thread.getState() == Thread.State.NEW) {
            watch.close();
            return;
        }
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
