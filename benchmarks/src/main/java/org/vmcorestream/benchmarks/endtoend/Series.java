// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured in each round, by name; the n-th values of all names are of one round. */
final class Series {
    private final Map<String, List<Double>> values = new LinkedHashMap<>();

    void add(String name, double value) {
        values.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
    }

    /** Median of a name's values; of an even number of them the mean of the two in the middle. */
    double median(String name) {
        return median(of(name));
    }

    /** Median of the ratios of the rounds. */
    double medianRatio(String name, String to) {
        List<Double> above = of(name);
        List<Double> below = of(to);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < above.size(); i++) {
            ratios.add(above.get(i) / below.get(i));
        }
        return median(ratios);
    }

    /** Median of the differences of the rounds. */
    double medianDifference(String name, String from) {
        List<Double> above = of(name);
        List<Double> below = of(from);
        List<Double> differences = new ArrayList<>();
        for (int i = 0; i < above.size(); i++) {
            differences.add(above.get(i) - below.get(i));
        }
        return median(differences);
    }

    /** A number for a table. */
    static String decimals(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    private List<Double> of(String name) {
        List<Double> found = values.get(name);
        if (found == null) {
            throw new IllegalArgumentException(name + " was never measured, only " + values.keySet());
        }
        return found;
    }

    private static double median(List<Double> of) {
        List<Double> sorted = of.stream().sorted().toList();
        int n = sorted.size();
        return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
    }
}
