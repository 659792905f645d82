// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import java.time.Duration;
import java.util.Map;
import org.vmcorestream.schemas.Topics;

/**
 * How a gate works.
 *
 * @param client Kafka client settings, {@code bootstrap.servers} at least
 * @param topics names of the topics
 * @param limit most bytes in flight, above 0; a dump that asks for more than this is granted when nothing else is in flight
 * @param diskReserve bytes that each broker's disk is to have left after what was granted, 0 or more
 * @param silence after this long without a sign of a capture that has not ended, it is taken for dead; longer than the
 *     stall timeout of sinks, which make a file of what it sent
 * @param patience how long the files of a capture that has ended may take after the last sign of the dump
 */
public record GateSettings(
        Map<String, Object> client, Topics topics, long limit, long diskReserve, Duration silence, Duration patience) {
    /** Silence that is taken for death when nothing else is configured. */
    public static final Duration SILENCE = Duration.ofMinutes(10);

    /** How long files may take when nothing else is configured. */
    public static final Duration PATIENCE = Duration.ofHours(2);

    /** Largest limit and reserve: 4 EiB less than what a sum of two overflows at. */
    public static final long MAX_BYTES = 1L << 61;

    /** Checks the numbers. */
    public GateSettings {
        client = Map.copyOf(client);
        if (limit < 1 || limit > MAX_BYTES) {
            throw new IllegalArgumentException(limit + " bytes in flight, expected 1 to 2^61");
        }
        if (diskReserve < 0 || diskReserve > MAX_BYTES) {
            throw new IllegalArgumentException("disk reserve of " + diskReserve + " bytes, expected 0 to 2^61");
        }
        requirePositive("silence", silence);
        requirePositive("patience", patience);
    }

    private static void requirePositive(String name, Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(name + " is " + time + ", expected more than nothing");
        }
    }
}
