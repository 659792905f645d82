// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.copying;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.producer.CaptureProgress;
import org.vmcorestream.producer.CaptureSettings;
import org.vmcorestream.vmcore.Vmcore;

/**
 * One capture into a cluster, and what its threads allocated between the first record of pages and the last. Belongs to the
 * thread that captures.
 */
final class CaptureCost implements CaptureProgress {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Map<Long, Long> before = new HashMap<>();
    private final Map<String, Long> allocated = new TreeMap<>();
    private long firstPages;
    private long lastPages;
    private long began;
    private long ended;
    private Capture.Result result;

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
                before.put(id, threads.getThreadAllocatedBytes(id));
            }
            firstPages = done;
            began = System.nanoTime();
        } else if (done == total) {
            ended = System.nanoTime();
            lastPages = done;
            for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
                if (thread != null) {
                    long id = thread.getThreadId();
                    long bytes = threads.getThreadAllocatedBytes(id) - before.getOrDefault(id, 0L);
                    allocated.merge(role(thread.getThreadName()), Math.max(0, bytes), Long::sum);
                }
            }
        }
    }

    private static String role(String name) {
        if (name.matches("capture-\\d+")) {
            return "workers: read, compress, encode";
        }
        if (name.startsWith("kafka-producer-network-thread") && name.endsWith("-data")) {
            return "Kafka client's thread";
        }
        return name.equals(Thread.currentThread().getName()) ? "capturing thread: send" : "others";
    }

    /** Bytes allocated, by what a thread does. */
    Map<String, Long> allocated() {
        return allocated;
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
