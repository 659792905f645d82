// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.Arrays;

/**
 * What earlier dumps had of a reason: the median, and how far around it is usual. Distances are those of log-odds, ln(p / (1 -
 * p)): shares cannot leave 0 to 1, so one that falls from 0.3 to nothing is as far out as one that rises from 0.3 to 0.99,
 * and on a straight scale neither could be told from a loaded machine.
 *
 * @param of what the dumps have in common, for people: a kernel release, a kernel series, or all kernels
 * @param shares their shares, ascending
 * @param median the middle share
 */
record UsualShare(String of, double[] shares, double median) {
    /** Standard deviation of histories in which all shares are about the same. */
    private static final double LEAST_DEVIATION = 0.2;

    /** Share that counts as nothing: one page of ten thousand. */
    private static final double LEAST_SHARE = 1e-4;

    /** Ten times the odds, or a tenth of them. */
    private static final double FAR_OUTSIDE = Math.log(10);

    /** Makes the median absolute deviation of a normal distribution its standard deviation. */
    private static final double NORMAL = 1.4826;

    /**
     * Looks at shares.
     *
     * @param shares one at least; is sorted
     */
    static UsualShare of(String of, double[] shares) {
        Arrays.sort(shares);
        return new UsualShare(of, shares, middle(shares));
    }

    /** How many dumps it rests on. */
    int samples() {
        return shares.length;
    }

    /**
     * Whether a share is far from these: at least {@code floor} from the median, and either far outside of them, or many
     * deviations from the median; and hardly any of them is as far out on that side.
     */
    boolean isFar(double share, AlarmThresholds thresholds) {
        return Math.abs(share - median) >= thresholds.floor()
                && (isOutside(share, thresholds.precedents()) || isOutlier(share, thresholds));
    }

    /**
     * A share of nothing where all had something, or one whose odds are a tenth of the least or ten times the most; all but
     * those few that could be precedents.
     */
    private boolean isOutside(double share, int precedents) {
        int few = Math.min(precedents - 1, shares.length / 2);
        double least = shares[few];
        double most = shares[shares.length - 1 - few];
        return share == 0 && least > 0
                || logOdds(share) < logOdds(least) - FAR_OUTSIDE
                || logOdds(share) > logOdds(most) + FAR_OUTSIDE;
    }

    private boolean isOutlier(double share, AlarmThresholds thresholds) {
        return Math.abs(logOdds(share) - logOdds(median)) > thresholds.deviations() * deviation()
                && precedents(share) < thresholds.precedents();
    }

    /** Robust standard deviation of the log-odds: 1.4826 times their median absolute deviation. */
    private double deviation() {
        double center = logOdds(median);
        double[] distances = new double[shares.length];
        for (int i = 0; i < distances.length; i++) {
            distances[i] = Math.abs(logOdds(shares[i]) - center);
        }
        Arrays.sort(distances);
        return Math.max(LEAST_DEVIATION, NORMAL * middle(distances));
    }

    /** How many of them are at least half as far from the median, on the same side. */
    private long precedents(double share) {
        double halfWay = (share + median) / 2;
        return Arrays.stream(shares)
                .filter(other -> share < median ? other <= halfWay : other >= halfWay)
                .count();
    }

    private static double middle(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    private static double logOdds(double share) {
        double within = Math.max(LEAST_SHARE, Math.min(1 - LEAST_SHARE, share));
        return Math.log(within / (1 - within));
    }
}
