// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.util.List;

/** How a dump is captured. */
enum Way {
    /** As on a host that is prepared: by a process that is up, but of a vmcore that {@code produce} does not hand over by itself. */
    STANDBY("by a standby"),
    /** By a process that starts first. */
    ALONE("by itself");

    private final String words;

    Way(String words) {
        this.words = words;
    }

    /** What results call it. */
    String words() {
        return words;
    }

    /** Name of a series. */
    String of(String what) {
        return what + " " + words;
    }

    /** Options of {@code produce}; {@code standby} is the socket of one that is up. */
    List<String> options(String standby) {
        return this == STANDBY ? List.of("--standby", standby) : List.of();
    }

    /** CPU time of a capture in microseconds. What a standby does while it was not asked to, is its own. */
    long cpuMicros(VmcoreStream.Sent sent) {
        return sent.produce().cpuMicros() + (this == STANDBY ? sent.standbyMicros() : 0);
    }

    /** Most memory of a capture in bytes. */
    long peakBytes(VmcoreStream.Sent sent) {
        return sent.produce().peakBytes() + (this == STANDBY ? sent.standbyPeak() : 0);
    }
}
