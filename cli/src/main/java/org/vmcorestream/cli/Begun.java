// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.LoggerFactory;

/**
 * Something that takes a while to open, on a thread of its own, and is waited for where it is needed. Closing it interrupts the
 * opening, and closes what was opened, now or when it is.
 */
final class Begun<T extends AutoCloseable> implements AutoCloseable {
    private final CompletableFuture<T> opened = new CompletableFuture<>();
    private final Thread thread;

    private Begun(String name, Callable<T> opening) {
        thread = new Thread(
                () -> {
                    try {
                        opened.complete(opening.call());
                    } catch (Throwable e) {
                        opened.completeExceptionally(e);
                    }
                },
                name);
        thread.setDaemon(true);
    }

    /** Begins to open something. */
    static <T extends AutoCloseable> Begun<T> begin(String name, Callable<T> opening) {
        Begun<T> begun = new Begun<>(name, opening);
        begun.thread.start();
        return begun;
    }

    /** What was opened, waited for. Throws what opening it threw. */
    T await() throws Exception {
        try {
            return opened.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception failure) {
                throw failure;
            }
            throw e;
        }
    }

    @Override
    public void close() throws Exception {
        if (opened.isDone()) {
            if (!opened.isCompletedExceptionally()) {
                opened.join().close();
            }
            return;
        }
        opened.thenAccept(Begun::closeLate);
        thread.interrupt();
    }

    private static void closeLate(AutoCloseable late) {
        try {
            late.close();
        } catch (Exception e) {
            LoggerFactory.getLogger(Begun.class).info("{} did not close in order", late, e);
        }
    }
}
