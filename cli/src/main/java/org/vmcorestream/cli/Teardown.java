// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * What has to be closed however a command ends, by itself or by a signal: last in, first out, so that no client outlives its
 * broker and no folder its users. A signal interrupts the thread of the command, which then closes everything on its way out;
 * the process waits for that, but not for ever. None of them holds up the others: a client whose broker is gone, or a broker
 * whose disk is full, is left behind when it does not close in time.
 */
final class Teardown implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    /** For one resource. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final Duration LITTLE_PATIENCE = Duration.ofSeconds(8);

    private volatile Duration patience;

    /** The resources, those that are closed at the same time together. */
    private final Deque<List<AutoCloseable>> resources = new ArrayDeque<>();

    private final Thread command = Thread.currentThread();
    private final Thread hook = new Thread(this::onSignal, "teardown");
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean interrupted;

    /** Begins with nothing to close; belongs to the thread that calls this. */
    Teardown() {
        this(PATIENCE);
    }

    /** A teardown that gives each resource so long to close. */
    Teardown(Duration patience) {
        this.patience = patience;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Takes care of a resource from now on. */
    <T extends AutoCloseable> T add(T resource) {
        List<AutoCloseable> alone = new ArrayList<>();
        alone.add(resource);
        resources.push(alone);
        return resource;
    }

    /** Takes care of a resource from now on, and closes it at the same time as the one before: neither needs the other. */
    <T extends AutoCloseable> T addBeside(T resource) {
        if (resources.isEmpty()) {
            return add(resource);
        }
        resources.peek().add(resource);
        return resource;
    }

    /** Takes care of a resource no longer: it is left to the end of the process, and disturbs nobody until then. */
    void leave(AutoCloseable resource) {
        resources.forEach(together -> together.removeIf(each -> each == resource));
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
        command.interrupt();
        try {
            done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            // Nobody interrupts a shutdown hook; if somebody does, the process ends at once.
            return;
        }
    }

    @Override
    public void close() {
        // An interrupt has done its work by now, and would only disturb those that wait for threads of their own.
        boolean wasInterrupted = Thread.interrupted();
        while (!resources.isEmpty()) {
            close(resources.pop());
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            interrupted = true;
        }
        done.countDown();
    }

    private void close(List<AutoCloseable> together) {
        List<Thread> closing = together.stream().map(Teardown::closing).toList();
        boolean wasInterrupted = false;
        long deadline = System.nanoTime() + patience.toNanos();
        for (Thread each : closing) {
            long left = deadline - System.nanoTime();
            while (each.isAlive() && left > 0) {
                try {
                    each.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                }
                left = deadline - System.nanoTime();
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread closing(AutoCloseable resource) {
        Thread thread = new Thread(() -> closeNow(resource), "closing");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void closeNow(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LoggerFactory.getLogger(Teardown.class).info("{} did not close in order", resource, e);
        }
    }
}
