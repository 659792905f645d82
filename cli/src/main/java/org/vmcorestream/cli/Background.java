// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Work on a thread of its own; closing it interrupts the thread and waits a little for its end. */
final class Background implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 5000;

    private final String name;
    private final CompletableFuture<Object> result = new CompletableFuture<>();
    private volatile Thread thread;

    Background(String name) {
        this.name = name;
    }

    /** Begins the work; once. */
    void start(Callable<?> work) {
        Thread started = new Thread(
                () -> {
                    try {
                        result.complete(work.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                },
                name);
        started.setDaemon(true);
        started.start();
        thread = started;
    }

    /** Whether it ended, well or not. */
    boolean ended() {
        return result.isDone();
    }

    /** Why it failed; empty while it works, and when it ended well. */
    Optional<Throwable> failure() {
        if (!result.isCompletedExceptionally()) {
            return Optional.empty();
        }
        try {
            result.join();
            return Optional.empty();
        } catch (CompletionException e) {
            return Optional.of(e.getCause());
        }
    }

    /** Throws what the work threw. */
    void check() {
        failure().ifPresent(e -> {
            throw Failures.explain(e);
        });
    }

    @Override
    public void close() throws InterruptedException {
        Thread running = thread;
        if (running != null && !result.isDone()) {
            running.interrupt();
            running.join(PATIENCE_MILLIS);
        }
    }
}
