// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.HashSet;
import java.util.Set;

/**
 * The labels of metrics, from closed sets whatever dumps claim to be: kernel series, names of rule sets without their versions,
 * tenants and reasons, each bounded, and the combinations of them too. Belongs to one thread.
 */
final class MetricLabels {
    /** Kernel series with a label of their own. */
    static final int MAX_SERIES = 32;

    /** Reasons with a label of their own: those of the built-in rule sets are ten. */
    static final int MAX_REASONS = 64;

    /** Combinations of rule set, kernel series and tenant; all tenants of later ones are {@code other}. */
    static final int MAX_COMBINATIONS = 2000;

    /** What a dump is counted under. */
    record Of(String ruleSet, String series, String tenant) {}

    private final BoundedLabels ruleSets;
    private final BoundedLabels series = new BoundedLabels(MAX_SERIES);
    private final BoundedLabels tenants;
    private final BoundedLabels reasons = new BoundedLabels(MAX_REASONS);
    private final Set<Of> combinations = new HashSet<>();

    /**
     * @param ruleSets rule sets with a label of their own
     * @param tenants tenants with a label of their own
     */
    MetricLabels(int ruleSets, int tenants) {
        this.ruleSets = new BoundedLabels(ruleSets);
        this.tenants = new BoundedLabels(tenants);
    }

    /** Labels of a dump. */
    Of of(DecidedDump dump) {
        Of labels = new Of(ruleSet(dump.ruleSet()), series(dump.kernelRelease()), tenants.of(dump.tenant()));
        if (combinations.contains(labels)) {
            return labels;
        }
        if (combinations.size() < MAX_COMBINATIONS) {
            combinations.add(labels);
            return labels;
        }
        return new Of(labels.ruleSet(), labels.series(), BoundedLabels.OTHER);
    }

    /** Label of a rule set: its name, whatever its version. */
    String ruleSet(String name) {
        int version = name.indexOf('@');
        return ruleSets.of(version < 0 ? name : name.substring(0, version));
    }

    /** Label of a kernel release: its series. */
    String series(String release) {
        return series.of(KernelSeries.of(release));
    }

    /** Label of a reason. */
    String reason(String name) {
        return reasons.of(name);
    }
}
