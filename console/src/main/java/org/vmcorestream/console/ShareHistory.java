// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The shares that the newest dumps had, by rule set and kernel release, by rule set and kernel series, and by rule set. What it
 * says of a dump depends only on dumps decided before that one, so that it is the same however often, and in whatever order,
 * records are read. Bounded in releases and dumps. Belongs to one thread.
 */
final class ShareHistory {
    /** Most histories; the one that nothing was added to for longest is forgotten. */
    static final int MAX_HISTORIES = 1024;

    /** What dumps of a group have in common besides their rule set. */
    private enum Scope {
        RELEASE,
        SERIES,
        ALL
    }

    /** A group of dumps whose shares are comparable. */
    private record Group(String ruleSet, Scope scope, String kernels) {
        String text() {
            return switch (scope) {
                case RELEASE -> "kernel " + kernels;
                case SERIES -> "kernel series " + kernels;
                case ALL -> "all kernels";
            };
        }
    }

    /**
     * What the newest dumps of a kernel release had under a rule set.
     *
     * @param release utsname.release
     * @param ruleSet the rule set
     * @param dumps how many dumps that is
     * @param newest when the newest of them was decided, milliseconds since 1970-01-01 UTC
     * @param shares average share of each reason for which pages were excluded, in the order of the rule set
     */
    record OfRelease(String release, String ruleSet, int dumps, long newest, Map<String, Double> shares) {}

    /**
     * Dumps whose shares are comparable.
     *
     * @param of what they have in common, for people
     * @param samples their shares, in the order in which they were decided; one at least
     */
    record Past(String of, List<ShareSample> samples) {
        /** What they had of a reason. */
        UsualShare usual(String reason) {
            double[] shares = new double[samples.size()];
            for (int i = 0; i < shares.length; i++) {
                shares[i] = samples.get(i).share(reason);
            }
            return UsualShare.of(of, shares);
        }
    }

    private final Map<Group, TreeSet<ShareSample>> groups = new LinkedHashMap<>(64, 0.75f, true);
    private final AlarmThresholds thresholds;

    ShareHistory(AlarmThresholds thresholds) {
        this.thresholds = thresholds;
    }

    /** The groups of a dump, the closest first. */
    private static List<Group> groups(DecidedDump dump) {
        return List.of(
                new Group(dump.ruleSet(), Scope.RELEASE, dump.kernelRelease()),
                series(dump),
                new Group(dump.ruleSet(), Scope.ALL, ""));
    }

    private static Group series(DecidedDump dump) {
        return new Group(dump.ruleSet(), Scope.SERIES, KernelSeries.of(dump.kernelRelease()));
    }

    /** Takes the shares of a dump; it has no effect on what is said of dumps decided before it. */
    void add(DecidedDump dump) {
        ShareSample sample = ShareSample.of(dump);
        for (Group group : groups(dump)) {
            TreeSet<ShareSample> samples = groups.computeIfAbsent(group, g -> new TreeSet<>(ShareSample.ORDER));
            samples.add(sample);
            if (samples.size() > thresholds.history()) {
                samples.pollFirst();
            }
        }
        while (groups.size() > MAX_HISTORIES) {
            groups.remove(groups.keySet().iterator().next());
        }
    }

    /**
     * Dumps that a dump is compared with: those decided before it of its kernel release where there are enough of them, else
     * of its kernel series, else of all kernels. Empty when there are too few even of these.
     */
    Optional<Past> before(DecidedDump dump) {
        ShareSample place = ShareSample.of(dump);
        for (Group group : groups(dump)) {
            TreeSet<ShareSample> samples = groups.get(group);
            if (samples != null) {
                List<ShareSample> before = List.copyOf(samples.headSet(place, false));
                if (before.size() >= thresholds.minimumSamples()) {
                    return Optional.of(new Past(group.text(), before));
                }
            }
        }
        return Optional.empty();
    }

    /** The newest dumps of a dump's kernel series; empty when there are none. */
    Optional<Past> ofSeries(DecidedDump dump) {
        TreeSet<ShareSample> samples = groups.get(series(dump));
        return samples == null ? Optional.empty() : Optional.of(new Past("", List.copyOf(samples)));
    }

    /** The histories of kernel releases, those with the newest dumps first, {@code most} at most. */
    List<OfRelease> releases(int most) {
        return groups.entrySet().stream()
                .filter(entry -> entry.getKey().scope() == Scope.RELEASE)
                .map(entry -> ofRelease(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(OfRelease::newest).reversed())
                .limit(most)
                .toList();
    }

    private static OfRelease ofRelease(Group group, TreeSet<ShareSample> samples) {
        Map<String, Double> shares = new LinkedHashMap<>();
        for (ShareSample sample : samples) {
            for (String reason : sample.reasons()) {
                shares.merge(reason, sample.share(reason) / samples.size(), Double::sum);
            }
        }
        return new OfRelease(
                group.kernels(),
                group.ruleSet(),
                samples.size(),
                samples.last().decidedAt(),
                Collections.unmodifiableMap(shares));
    }

    /** Number of histories. */
    int size() {
        return groups.size();
    }
}
