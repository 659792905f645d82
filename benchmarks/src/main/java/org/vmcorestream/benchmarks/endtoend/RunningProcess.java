// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process as {@code /proc} shows it.
 *
 * @param name what it is called in tables
 * @param pid its number
 */
public record RunningProcess(String name, long pid) {
    /** Microseconds of a clock tick of {@code /proc}: USER_HZ is 100 on every machine that Linux runs Java on. */
    private static final long TICK_MICROS = 10_000;

    /** Fields of {@code /proc/PID/stat} behind the name, which is in brackets and may hold anything: utime and stime. */
    private static final int USER_TICKS = 11;

    private static final int SYSTEM_TICKS = 12;

    /** CPU time so far, of threads that ended too, not of children, in microseconds; in steps of 10 ms. */
    public long cpuMicros() throws IOException {
        String stat = Files.readString(file("stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return TICK_MICROS * (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]));
    }

    /** Most memory that was resident, in bytes; 0 when the process is gone. */
    long peakBytes() {
        try {
            for (String line : Files.readAllLines(file("status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("VmHWM:")) {
                    return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException e) {
            // A process may end at any time; a file of /proc then ends in the middle, or is gone.
            return 0;
        }
        return 0;
    }

    /** Lets {@link #peakBytes} begin anew. */
    void resetPeak() throws IOException {
        Files.writeString(file("clear_refs"), "5");
    }

    boolean alive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private Path file(String of) {
        return Path.of("/proc", Long.toString(pid), of);
    }
}
