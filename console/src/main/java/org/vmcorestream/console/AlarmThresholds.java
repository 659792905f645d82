// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

/**
 * From where on something about the exclusion of a dump is an alarm.
 *
 * @param minimumBytes memory in bytes that a dump must hold for its shares to mean anything, and for a lack of free pages to be
 *     odd; 0 or more
 * @param history dumps of the same rule set that a share is compared with, the newest ones, 1 to {@value #MAX_HISTORY}
 * @param minimumSamples dumps that a history must have before anything is compared with it, 3 to {@code history}
 * @param deviations how far a share must be from the median to be unusual, in robust standard deviations (1.4826 times the
 *     median absolute deviation) of its log-odds; more than 0
 * @param floor how far a share must be from the median at least, 0 to 1: what is smaller costs nobody anything
 * @param precedents earlier dumps at least half as far from the median, on the same side, that make a share usual; 1 or more
 */
public record AlarmThresholds(
        long minimumBytes, int history, int minimumSamples, double deviations, double floor, int precedents) {
    /** Most dumps in a history. */
    public static final int MAX_HISTORY = 1000;

    /** What has proved itself in simulation; see docs/monitoring.md. */
    public static final AlarmThresholds USUAL = new AlarmThresholds(64L << 20, 100, 20, 5, 0.05, 2);

    private static final int FEWEST_SAMPLES = 3;

    /** Checks the numbers. */
    public AlarmThresholds {
        expect(minimumBytes >= 0, "minimum of memory", minimumBytes, "0 bytes or more");
        expect(history >= 1 && history <= MAX_HISTORY, "history", history, "1 to " + MAX_HISTORY + " dumps");
        expect(
                minimumSamples >= FEWEST_SAMPLES && minimumSamples <= history,
                "minimum of samples",
                minimumSamples,
                FEWEST_SAMPLES + " to the " + history + " of the history");
        expect(deviations > 0 && deviations < Double.MAX_VALUE, "deviations", deviations, "more than 0");
        expect(floor >= 0 && floor <= 1, "floor", floor, "0 to 1");
        expect(precedents >= 1, "precedents", precedents, "1 or more");
    }

    private static void expect(boolean holds, String what, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("alarm threshold: " + what + " is " + value + ", expected " + expected);
        }
    }
}
