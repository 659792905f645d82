// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.scale;

import java.util.ArrayList;
import java.util.List;

/**
 * Values on a line.
 *
 * @param from value at its beginning
 * @param to value at its end
 * @param log whether equal lengths are equal ratios
 */
record Axis(double from, double to, boolean log) {
    private static final double[] STEPS = {1, 2, 2.5, 5, 10};
    private static final int MOST_TICKS = 6;

    /** From 0 to a little above the most. */
    static Axis linear(double most) {
        double step = step(most);
        return new Axis(0, Math.max(step, Math.ceil(most / step) * step), false);
    }

    /** From the least value to the most. */
    static Axis log(double least, double most) {
        return new Axis(least, Math.max(most, least * 1.01), true);
    }

    /** Where a value is: 0 at the beginning, 1 at the end. */
    double place(double value) {
        return log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
    }

    /** Round values along the line. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (!log) {
            double step = step(to);
            for (int i = 0; i * step <= to * 1.0001; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }
        for (double ten = Math.pow(10, Math.floor(Math.log10(from))); ten <= to; ten *= 10) {
            for (double times : new double[] {1, 2, 5}) {
                if (ten * times >= from * 0.999 && ten * times <= to * 1.001) {
                    ticks.add(ten * times);
                }
            }
        }
        return ticks;
    }

    private static double step(double most) {
        double ten = Math.pow(10, Math.floor(Math.log10(Math.max(most, 1e-9) / MOST_TICKS)));
        for (double times : STEPS) {
            if (most / (ten * times) <= MOST_TICKS) {
                return ten * times;
            }
        }
        return ten * 10;
    }

    /** A number as short as it can be written. */
    static String label(double value) {
        double rounded = Math.round(value * 1000) / 1000.0;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }
}
