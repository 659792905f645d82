// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.time.Duration;
import java.util.UUID;

/**
 * Where in time the records of a dump lie. A dump id is a UUID version 7 (RFC 9562): its first 48 bits are milliseconds since
 * 1970-01-01 UTC, taken before the first record was sent; and no record is older than the opening of its dump, by the clock of
 * the host. Where a cluster stamps records itself its clock may be another.
 */
final class DumpTimes {
    /** How far the clocks of hosts and brokers may be apart. */
    static final Duration SKEW = Duration.ofMinutes(10);

    /** How long a capture may take for its last record to be found where not all of a partition is read. */
    static final Duration LONGEST_CAPTURE = Duration.ofDays(1);

    private static final int VERSION = 7;

    private DumpTimes() {}

    /** Milliseconds since 1970-01-01 UTC before which nothing of a dump was sent; 0 where its id does not say. */
    static long earliest(String dumpId) {
        UUID id = UUID.fromString(dumpId);
        return id.version() == VERSION ? Math.max(0, (id.getMostSignificantBits() >>> 16) - SKEW.toMillis()) : 0;
    }

    /** Milliseconds since 1970-01-01 UTC from which on nothing is looked for of dumps that were opened before a time. */
    static long latest(long openedBefore) {
        return openedBefore + LONGEST_CAPTURE.toMillis() + SKEW.toMillis();
    }
}
