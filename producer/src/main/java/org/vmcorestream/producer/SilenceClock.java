// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;

/** When somebody who waits for a cluster is told of its silence: after ten seconds, each minute from then on, and once when it is over. */
public final class SilenceClock {
    /** So long after the last answer the silence is told of. */
    public static final Duration FIRST = Duration.ofSeconds(10);

    /** So long after that it is told of again. */
    public static final Duration AGAIN = Duration.ofMinutes(1);

    private long nextAt = FIRST.toNanos();

    /** What is to be told now. */
    public enum Word {
        /** Nothing, or nothing new. */
        NOTHING,
        /** That it is silent. */
        SILENT,
        /** That a silence which was told of is over. */
        OVER
    }

    /** @param silence time since the last answer, in nanoseconds; 0 for an answer */
    public Word hear(long silence) {
        if (silence >= nextAt) {
            nextAt = silence + AGAIN.toNanos();
            return Word.SILENT;
        }
        if (silence < FIRST.toNanos() && nextAt > FIRST.toNanos()) {
            nextAt = FIRST.toNanos();
            return Word.OVER;
        }
        return Word.NOTHING;
    }
}
