// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.vmcorestream.cli.broker.BrokerException;
import org.vmcorestream.cli.broker.EmbeddedBroker;

/**
 * Starts a broker on a thread of its own, because a start that is interrupted halfway leaves half a broker. Closing waits until
 * it is up, and then closes it.
 */
final class BrokerStart implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 15;

    private final CompletableFuture<EmbeddedBroker> started = new CompletableFuture<>();

    private BrokerStart(Callable<EmbeddedBroker> start) {
        Thread thread = new Thread(
                () -> {
                    try {
                        started.complete(start.call());
                    } catch (Throwable e) {
                        started.completeExceptionally(e);
                    }
                },
                "broker-start");
        thread.setDaemon(true);
        thread.start();
    }

    /** Begins to start a broker whose data stay in {@code dataDir}. */
    static BrokerStart on(Path dataDir) {
        return new BrokerStart(() -> EmbeddedBroker.start(dataDir));
    }

    /** Begins to start a broker whose data are in a temporary folder under {@code parent}. */
    static BrokerStart temporary(Path parent) {
        return new BrokerStart(() -> EmbeddedBroker.startTemporary(parent));
    }

    /** The broker, waited for. */
    EmbeddedBroker await() throws InterruptedException, IOException {
        try {
            return started.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new BrokerException(
                    "broker cannot start: " + Failures.oneLine(e.getCause().toString()), e.getCause());
        }
    }

    /** Removes the data of a broker that is up and runs on to the end of the process; see {@link EmbeddedBroker#dropData}. */
    boolean dropData() {
        return started.join().dropData();
    }

    @Override
    public void close() throws InterruptedException, TimeoutException {
        try {
            started.get(PATIENCE_SECONDS, TimeUnit.SECONDS).close();
        } catch (ExecutionException e) {
            // It never was up, and whoever waited for it was told.
            return;
        }
    }
}
