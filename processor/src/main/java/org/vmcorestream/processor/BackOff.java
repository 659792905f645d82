// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;

/** How long to wait before something that failed is tried again: a second, then twice as long each time, a minute at most. */
final class BackOff {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LAST = Duration.ofMinutes(1);

    private BackOff() {}

    /** @param failures in a row, 1 or more */
    static Duration after(int failures) {
        Duration wait = FIRST.multipliedBy(1L << Math.min(failures - 1, 6));
        return wait.compareTo(LAST) < 0 ? wait : LAST;
    }
}
