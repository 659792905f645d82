// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times in tables. */
final class Times {
    private Times() {}

    /** In UTC, to the second: {@code 2026-11-23T04:30:00Z}. */
    static String second(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The same of milliseconds since 1970-01-01 UTC. */
    static String second(long epochMillis) {
        return second(Instant.ofEpochMilli(epochMillis));
    }
}
