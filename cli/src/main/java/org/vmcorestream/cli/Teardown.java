// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * What has to be closed however a command ends, by itself or by a signal: last in, first out, so that no client outlives its
 * broker and no folder its users. None of them can hold up the end for long: a client whose broker is gone, or a broker whose
 * disk is full, is left behind when it does not close in time, and the rest is closed nevertheless.
 */
final class Teardown implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration LITTLE_PATIENCE = Duration.ofSeconds(8);

    private volatile Duration patience;
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final Thread hook = new Thread(this::onSignal, "teardown");
    private volatile boolean interrupted;
    private boolean closed;

    Teardown() {
        this(PATIENCE);
    }

    /** A teardown that gives each resource so long to close. */
    Teardown(Duration patience) {
        this.patience = patience;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Takes care of a resource from now on. Where everything is closed already, it is closed at once. */
    synchronized <T extends AutoCloseable> T add(T resource) {
        if (closed) {
            closeOne(resource);
            throw new CommandFailure(ExitCode.INTERRUPTED, "interrupted");
        }
        resources.push(resource);
        return resource;
    }

    /** Whether a signal ends the process: what fails from now on fails because of that. */
    boolean interrupted() {
        return interrupted;
    }

    /** Closes with little patience from now on: what the others need to close in order is broken. */
    void hurry() {
        patience = LITTLE_PATIENCE;
    }

    private void onSignal() {
        interrupted = true;
        closeAll();
    }

    @Override
    public void close() {
        closeAll();
        if (!interrupted) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // A signal came this very moment; the hook finds nothing left to do.
                interrupted = true;
            }
        }
    }

    private synchronized void closeAll() {
        closed = true;
        while (!resources.isEmpty()) {
            closeOne(resources.pop());
        }
    }

    private void closeOne(AutoCloseable resource) {
        Thread closing = new Thread(
                () -> {
                    try {
                        resource.close();
                    } catch (Exception e) {
                        LoggerFactory.getLogger(Teardown.class).info("{} did not close in order", resource, e);
                    }
                },
                "closing");
        closing.setDaemon(true);
        closing.start();
        boolean interruptedHere = false;
        long deadline = System.nanoTime() + patience.toNanos();
        while (closing.isAlive() && deadline - System.nanoTime() > 0) {
            try {
                closing.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            } catch (InterruptedException e) {
                interruptedHere = true;
            }
        }
        if (interruptedHere) {
            Thread.currentThread().interrupt();
        }
    }
}
