// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.HashSet;
import java.util.Set;

/** The values of a metric's label: the first so many that come keep their names, all others are {@value #OTHER}. */
final class BoundedLabels {
    /** Label of what came too late to have one of its own. */
    static final String OTHER = "other";

    /** Label of what has no name. */
    static final String NONE = "none";

    private static final int MAX_LENGTH = 64;

    private final Set<String> own = new HashSet<>();
    private final int most;

    /**
     * @param most how many values have labels of their own
     */
    BoundedLabels(int most) {
        this.most = most;
    }

    /** The label of a value; belongs to one thread. */
    String of(String value) {
        String label = PlainText.line(value, MAX_LENGTH);
        if (label.isEmpty()) {
            return NONE;
        }
        if (own.contains(label)) {
            return label;
        }
        return own.size() < most && own.add(label) ? label : OTHER;
    }
}
