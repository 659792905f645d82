// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.broker;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.server.fault.FaultHandler;

/**
 * What went wrong inside the broker. A broker of its own ends its JVM at such a fault; this one shares the JVM with a command
 * that has a file to finish or a user to tell, so the fault is only kept, and the command asks for it.
 */
final class BrokerFaults {
    private final AtomicReference<BrokerException> first = new AtomicReference<>();

    /** The first fault that the broker cannot live with. */
    Optional<BrokerException> first() {
        return Optional.ofNullable(first.get());
    }

    /** A handler for {@code kafka.server.FaultHandlerFactory}. */
    FaultHandler handler(String name, boolean fatal, Runnable action) {
        return (message, cause) -> {
            if (fatal) {
                note(name + ": " + message, cause);
            }
            action.run();
            return new IllegalStateException(message, cause);
        };
    }

    /**
     * Keeps Kafka's code from ending the JVM, as it does when its last log directory fails. The setting is Kafka's and one for
     * the process.
     */
    void preventHalt() {
        Exit.setHaltProcedure((status, message) -> refuse(status, message));
        Exit.setExitProcedure((status, message) -> refuse(status, message));
    }

    private void refuse(int status, String message) {
        String why = message == null ? "a log directory failed, is the disk full?" : message;
        note(why, null);
        throw new IllegalStateException("broker wants to end with status " + status + ": " + why);
    }

    private void note(String message, Throwable cause) {
        String reason = cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
        first.compareAndSet(
                null,
                new BrokerException(
                        ("broker failed: " + message + reason)
                                .lines()
                                .findFirst()
                                .orElse(""),
                        cause));
    }
}
