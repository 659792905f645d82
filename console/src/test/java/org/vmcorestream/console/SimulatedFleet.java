// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * Dumps of a fleet as they may come: machines of several kinds with very different loads, a tenth of them confidential with
 * memory not accepted yet, a twentieth with a balloon, a twentieth with memory in huge pages; three kernel releases of two
 * series.
 */
final class SimulatedFleet {
    private static final String[] RELEASES = {"6.12.40-amd64", "6.12.41-amd64", "6.1.155-cloud"};
    private static final double[][] LOADS = {
        // free, cache, cache-private, user, kept: centers of log-weights
        {1.5, 0.5, -3.0, -0.5, 0.0},
        {-0.5, 2.0, -2.0, 0.5, 0.3},
        {-1.0, 0.5, -2.5, 2.0, 0.2},
        {-1.5, -0.5, -3.0, 3.5, -0.2}
    };
    private static final double[] LOAD_SHARES = {0.30, 0.40, 0.25, 0.05};

    private final Random random;
    private long now = 1_760_000_000_000L;

    SimulatedFleet(long seed) {
        random = new Random(seed);
    }

    /** The next dump, of one of the fleet's kernels. */
    DecidedDump next() {
        return next(RELEASES[random.nextInt(RELEASES.length)], Map.of());
    }

    /** The next dump, of a kernel and with the pages of some reasons moved to others: what a broken filter makes of them. */
    DecidedDump next(String release, Map<String, String> instead) {
        Map<String, Double> weights = weights();
        Map<String, Double> found = new LinkedHashMap<>();
        weights.forEach((reason, weight) -> {
            found.merge(reason, 0.0, Double::sum);
            found.merge(instead.getOrDefault(reason, reason), weight, Double::sum);
        });
        double sum = weights.values().stream().mapToDouble(Double::doubleValue).sum();
        long memory = 1L << 18 + random.nextInt(6);
        Map<String, Long> pages = new LinkedHashMap<>();
        found.forEach((reason, weight) -> pages.put(reason, Math.round(memory * weight / sum)));
        pages.put("hwpoison", 0L);
        now += random.nextInt(600_000);
        String id = new UUID(now << 16 | 7L << 12, 1L << 63 | random.nextLong() >>> 2).toString();
        return new DecidedDump(
                id,
                "level-31",
                now,
                release,
                "tenant-" + random.nextInt(3),
                "host-" + random.nextInt(50),
                12,
                pages,
                new PageAnomalies(0, 0, 0, 0),
                false);
    }

    private Map<String, Double> weights() {
        double[] load = LOADS[load()];
        Map<String, Double> weights = new LinkedHashMap<>();
        weights.put("kept", weight(load[4], 0.4));
        weights.put("free", weight(load[0], 0.9));
        weights.put("cache", weight(load[1], 0.9));
        weights.put("cache-private", weight(load[2], 0.8));
        weights.put("user", weight(load[3], 0.9));
        double sum = weights.values().stream().mapToDouble(Double::doubleValue).sum();
        weights.put("unaccepted", random.nextInt(10) == 0 ? sum * (0.2 + 0.6 * random.nextDouble()) : 0);
        weights.put("offline", random.nextInt(20) == 0 ? sum * (0.1 + 0.3 * random.nextDouble()) : 0);
        return weights;
    }

    private double weight(double center, double spread) {
        return Math.exp(center + spread * random.nextGaussian());
    }

    private int load() {
        double choice = random.nextDouble();
        int load = 0;
        while (load < LOADS.length - 1 && choice >= LOAD_SHARES[load]) {
            choice -= LOAD_SHARES[load++];
        }
        return load;
    }
}
