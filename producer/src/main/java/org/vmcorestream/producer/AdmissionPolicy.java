// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;
import java.util.Objects;

/**
 * Whether a capture asks before it sends page contents, and how long it waits.
 *
 * @param mode whether it asks
 * @param timeout how long to wait while nothing moves: no dump is granted or released by the gate
 */
public record AdmissionPolicy(Mode mode, Duration timeout) {
    /** Whether a capture asks. */
    public enum Mode {
        /**
         * Asks where a gate is. No dump is lost to a gate: when it is gone, or nothing moves for the timeout, the capture
         * goes on without an answer.
         */
        AUTO,
        /** Sends page contents only when a gate has said so; fails when none does in time. */
        ALWAYS,
        /** Asks nobody. */
        NEVER
    }

    /** How long to wait while nothing moves when nothing else is configured. */
    public static final Duration TIMEOUT = Duration.ofMinutes(15);

    /** Asks nobody. */
    public static final AdmissionPolicy NEVER = new AdmissionPolicy(Mode.NEVER, TIMEOUT);

    /** Checks the time. */
    public AdmissionPolicy {
        Objects.requireNonNull(mode, "mode");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("admission timeout is " + timeout + ", expected more than nothing");
        }
    }
}
