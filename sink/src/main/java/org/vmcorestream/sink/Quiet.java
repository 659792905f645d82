// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Clock;
import java.time.Duration;

/** How long nothing new has come. Time in which nobody could look does not count. */
final class Quiet {
    private final Clock clock;
    private long lastNews;
    private long lastLook;

    /** The quiet begins now. */
    Quiet(Clock clock) {
        this.clock = clock;
        lastNews = clock.millis();
        lastLook = lastNews;
    }

    /** Something new came. */
    void news() {
        lastNews = clock.millis();
    }

    /** Somebody has looked whether something new came. */
    void looked() {
        lastLook = clock.millis();
    }

    /** Takes out the time since somebody looked last. */
    void nobodyLooked() {
        excuse(clock.millis() - lastLook);
    }

    /** Takes out so many milliseconds. */
    void excuse(long millis) {
        lastNews += millis;
    }

    /** Whether the quiet has lasted so long. */
    boolean lasts(Duration time) {
        return clock.millis() - lastNews >= time.toMillis();
    }
}
