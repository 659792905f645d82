// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What has been used up to a moment.
 *
 * @param cpuSeconds CPU time by service; {@code produce} is this process
 * @param logBytes bytes of the broker's logs by topic, without prefix
 */
record StageCosts(Map<String, Double> cpuSeconds, Map<String, Long> logBytes) {
    private static final String PREFIX = "vmcore.";

    /** Looks at all services, this process and the broker's folder. */
    static StageCosts now(Fleet fleet) throws IOException {
        Map<String, Double> cpu = new TreeMap<>();
        for (RunningProcess service : fleet.services()) {
            cpu.merge(service.name(), service.cpuMicros() / 1e6, Double::sum);
        }
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        cpu.put("produce", system.getProcessCpuTime() / 1e9);
        Map<String, Long> bytes = new TreeMap<>();
        LogFolder.read(fleet.log(), (segment, size) -> bytes.merge(topic(segment), size, Long::sum));
        return new StageCosts(cpu, bytes);
    }

    /** CPU seconds of a service since an earlier moment. */
    double cpuSince(StageCosts before, String service) {
        return cpuSeconds.getOrDefault(service, 0.0) - before.cpuSeconds.getOrDefault(service, 0.0);
    }

    /** Bytes that a topic's logs have grown by. */
    long logSince(StageCosts before, String topic) {
        return logBytes.getOrDefault(topic, 0L) - before.logBytes.getOrDefault(topic, 0L);
    }

    /** A partition's folder is PREFIX TOPIC - NUMBER. */
    private static String topic(Path file) {
        String folder = file.getParent().getFileName().toString();
        int dash = folder.lastIndexOf('-');
        return folder.startsWith(PREFIX) && dash > 0 ? folder.substring(PREFIX.length(), dash) : "";
    }
}
