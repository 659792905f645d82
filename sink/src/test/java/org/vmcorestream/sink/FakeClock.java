// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** Goes on only when it is told to. */
final class FakeClock extends Clock {
    private final AtomicLong now = new AtomicLong(1_700_000_000_000L);

    void advance(Duration by) {
        now.addAndGet(by.toMillis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(now.get());
    }
}
