// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Names of dumps: UUIDs of version 7 (RFC 9562, section 5.7), so that they sort by the time they were made.
 *
 * <pre>
 *  48 bits                                4 bits   12 bits   2 bits   62 bits
 *  +--------------------------------------+--------+---------+--------+---------+
 *  | milliseconds since 1970-01-01 UTC    | 7      | random  | 2      | random  |
 *  +--------------------------------------+--------+---------+--------+---------+
 * </pre>
 */
public final class DumpId {
    private static final Pattern FORM =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

    private static final SecureRandom RANDOM = new SecureRandom();

    private static long lastMillis;

    private DumpId() {}

    /** A new dump id of this moment. Ids that one process makes carry times that never go back. */
    public static String next() {
        return of(notBack(System.currentTimeMillis()), RANDOM.nextLong(), RANDOM.nextLong());
    }

    /** Whether a text is a dump id: a UUID version 7 of 36 characters in lower case. */
    public static boolean isValid(String text) {
        return text != null && FORM.matcher(text).matches();
    }

    /**
     * When a dump id was made, milliseconds since 1970-01-01 UTC.
     *
     * @throws IllegalArgumentException when it is no dump id
     */
    public static long millis(String dumpId) {
        if (!isValid(dumpId)) {
            throw new IllegalArgumentException("dump id '" + dumpId + "', expected a UUID version 7 in lower case");
        }
        return UUID.fromString(dumpId).getMostSignificantBits() >>> 16;
    }

    static String of(long millis, long randomHigh, long randomLow) {
        long high = millis << 16 | 7L << 12 | randomHigh & 0xfff;
        long low = 1L << 63 | randomLow >>> 2;
        return new UUID(high, low).toString();
    }

    private static synchronized long notBack(long millis) {
        lastMillis = Math.max(lastMillis, millis);
        return lastMillis;
    }
}
