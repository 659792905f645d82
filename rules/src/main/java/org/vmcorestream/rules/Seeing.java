// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Objects;

/**
 * A condition that says what its answer depends on.
 *
 * @param sight all that it depends on
 * @param condition gives the answer
 */
record Seeing(Sight sight, Condition condition) implements Condition {
    /** Neither may be null. */
    Seeing {
        Objects.requireNonNull(sight, "sight");
        Objects.requireNonNull(condition, "condition");
    }

    @Override
    public boolean holds(int flags, int mapcount, int shape) {
        return condition.holds(flags, mapcount, shape);
    }
}
