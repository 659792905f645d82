// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * What has to be closed however a command ends, by itself or by a signal: last in, first out, so that no client outlives its
 * broker and no folder its users. A signal interrupts the thread of the command, which then closes everything on its way out;
 * the process waits for that, but not for ever.
 */
final class Teardown implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final Thread command = Thread.currentThread();
    private final Thread hook = new Thread(this::onSignal, "teardown");
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean interrupted;

    /** Begins with nothing to close; belongs to the thread that calls this. */
    Teardown() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Takes care of a resource from now on. */
    <T extends AutoCloseable> T add(T resource) {
        resources.push(resource);
        return resource;
    }

    /** Whether a signal ends the process: what fails from now on fails because of that. */
    boolean interrupted() {
        return interrupted;
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
            closeOne(resources.pop());
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

    private static void closeOne(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LoggerFactory.getLogger(Teardown.class).info("{} did not close in order", resource, e);
        }
    }
}
