// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.Optional;
import java.util.function.Supplier;

/** Waits with a service for its end. */
final class LongRunning {
    private static final long LOOK_MILLIS = 250;

    private LongRunning() {}

    /**
     * Returns never: a signal ends the process, and a service that stops by itself ends the command.
     *
     * @param failure why the service stopped; empty while it works
     */
    static ExitCode await(Supplier<Optional<Throwable>> failure) throws Exception {
        while (true) {
            Optional<Throwable> stopped = failure.get();
            if (stopped.isPresent()) {
                throw Failures.explain(stopped.get());
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
