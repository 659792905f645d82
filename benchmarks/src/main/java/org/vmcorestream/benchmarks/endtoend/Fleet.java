// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The services that are up while a dump is sent.
 *
 * @param address of the broker, host:port
 * @param files the sinks' folder
 * @param log the broker's folder
 * @param services broker, processors and sinks, and the standby where there is one
 */
record Fleet(String address, Path files, Path log, List<RunningProcess> services) {
    /** What a process is called that captures are handed to. */
    static final String STANDBY = "standby";

    /** CPU time that all of them but the standby have used so far, in microseconds. */
    long cpuMicros() throws IOException {
        long micros = -standbyMicros();
        for (RunningProcess service : services) {
            micros += service.cpuMicros();
        }
        return micros;
    }

    /** CPU time that the standby has used so far, in microseconds. */
    long standbyMicros() throws IOException {
        long micros = 0;
        for (RunningProcess service : services) {
            micros += service.name().equals(STANDBY) ? service.cpuMicros() : 0;
        }
        return micros;
    }

    /** Lets the peaks of memory begin anew. */
    void resetPeaks() throws IOException {
        for (RunningProcess service : services) {
            service.resetPeak();
        }
    }

    /** Most memory resident, in bytes, of the services of a name together. */
    long peakBytes(String name) {
        return services.stream()
                .filter(service -> service.name().equals(name))
                .mapToLong(RunningProcess::peakBytes)
                .sum();
    }

    /** Bytes of all topics' logs. */
    long logBytes() throws IOException {
        long[] bytes = new long[1];
        LogFolder.read(log, (segment, size) -> bytes[0] += size);
        return bytes[0];
    }

    /** Complains when one of the services is gone. */
    void requireAlive() throws BenchmarkFailure {
        for (RunningProcess service : services) {
            if (!service.alive()) {
                throw new BenchmarkFailure("the " + service.name() + " ended");
            }
        }
    }
}
