// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.LoggerFactory;

/**
 * What has to be closed however a command ends, by itself or by a signal: last in, first out, so that no client outlives its
 * broker and no folder its users.
 */
final class Teardown implements AutoCloseable {
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final Thread hook = new Thread(this::onSignal, "teardown");
    private volatile boolean interrupted;
    private boolean closed;

    Teardown() {
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

    private static void closeOne(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LoggerFactory.getLogger(Teardown.class).info("{} did not close in order", resource, e);
        }
    }
}
