// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.copying;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.vmcorestream.benchmarks.endtoend.RunningProcess;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.producer.CaptureProgress;
import org.vmcorestream.producer.CaptureSettings;
import org.vmcorestream.vmcore.Vmcore;

/**
 * One capture into a cluster: what its threads allocated, and who used the cores, between the first record of pages and the last.
 * Belongs to the thread that captures.
 */
final class CaptureCost implements CaptureProgress {
    /** What the threads of this process that run no Java code do. */
    static final String JVM = "JVM: garbage, compilers";

    /** The broker's process, all of its threads. */
    static final String BROKER = "broker";

    /**
     * What threads used.
     *
     * @param allocatedBytes on the heap; of the JVM's own threads and of the broker it is not known, 0
     * @param cpuNanos user and system time
     */
    record Use(long allocatedBytes, long cpuNanos) {
        private Use plus(Use other) {
            return new Use(allocatedBytes + other.allocatedBytes, cpuNanos + other.cpuNanos);
        }

        private Use since(Use before) {
            return new Use(
                    Math.max(0, allocatedBytes - before.allocatedBytes), Math.max(0, cpuNanos - before.cpuNanos));
        }
    }

    private static final Use NOTHING = new Use(0, 0);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final RunningProcess broker;
    private final Map<Long, Use> before = new HashMap<>();
    private final Map<String, Use> used = new TreeMap<>();
    private long processBefore;
    private long brokerBefore;
    private long firstPages;
    private long lastPages;
    private long began;
    private long ended;
    private Capture.Result result;

    CaptureCost(RunningProcess broker) {
        this.broker = broker;
    }

    /** Captures. */
    void run(Vmcore vmcore, CaptureSettings settings) throws IOException, InterruptedException {
        result = Capture.run(vmcore, settings, this);
    }

    @Override
    public void at(Stage stage, long done, long total) {
        if (stage != Stage.COPYING) {
            return;
        }
        if (began == 0) {
            for (long id : threads.getAllThreadIds()) {
                before.put(id, use(id));
            }
            processBefore = process.getProcessCpuTime();
            brokerBefore = brokerNanos();
            firstPages = done;
            began = System.nanoTime();
        } else if (done == total && ended == 0) {
            ended = System.nanoTime();
            lastPages = done;
            long others = process.getProcessCpuTime() - processBefore;
            used.put(BROKER, new Use(0, brokerNanos() - brokerBefore));
            for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
                if (thread != null) {
                    long id = thread.getThreadId();
                    Use use = use(id).since(before.getOrDefault(id, NOTHING));
                    used.merge(role(thread.getThreadName()), use, Use::plus);
                    others -= use.cpuNanos();
                }
            }
            used.put(JVM, new Use(0, Math.max(0, others)));
        }
    }

    private Use use(long thread) {
        return new Use(threads.getThreadAllocatedBytes(thread), threads.getThreadCpuTime(thread));
    }

    private long brokerNanos() {
        try {
            return 1000 * broker.cpuMicros();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String role(String name) {
        if (name.matches("capture-\\d+")) {
            return "workers: read, compress, encode";
        }
        if (name.startsWith("kafka-producer-network-thread") && name.endsWith("-data")) {
            return "Kafka client's thread: to the socket";
        }
        return name.equals(Thread.currentThread().getName()) ? "capturing thread: digest, send" : "other threads";
    }

    /** What was used, by what a thread does. */
    Map<String, Use> used() {
        return used;
    }

    /** Pages that were sent meanwhile. */
    long pages() {
        return lastPages - firstPages;
    }

    /** Seconds that took. */
    double seconds() {
        return (ended - began) / 1e9;
    }

    /** What was sent in all. */
    Capture.Result result() {
        return result;
    }
}
