// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

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
     * What dumps decided before a dump had of a reason: those of its kernel release where there are enough of them, else those
     * of its kernel series, else those of all kernels. Empty when there are too few even of these.
     */
    Optional<UsualShare> usual(DecidedDump dump, String reason) {
        ShareSample place = ShareSample.of(dump);
        for (Group group : groups(dump)) {
            TreeSet<ShareSample> samples = groups.get(group);
            if (samples != null) {
                double[] shares = shares(samples.headSet(place, false).stream(), reason);
                if (shares.length >= thresholds.minimumSamples()) {
                    return Optional.of(UsualShare.of(group.text(), shares));
                }
            }
        }
        return Optional.empty();
    }

    private static double[] shares(Stream<ShareSample> samples, String reason) {
        return samples.mapToDouble(sample -> sample.share(reason)).toArray();
    }

    /** Median share of a reason over the history of a dump's kernel series; empty when nothing is known of it. */
    Optional<Double> seriesMedian(DecidedDump dump, String reason) {
        TreeSet<ShareSample> samples = groups.get(series(dump));
        return samples == null
                ? Optional.empty()
                : Optional.of(
                        UsualShare.of("", shares(samples.stream(), reason)).median());
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
