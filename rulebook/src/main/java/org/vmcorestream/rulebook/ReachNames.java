// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import org.vmcorestream.rules.Reach;

/** How a reach is written in a rule set. */
final class ReachNames {
    private ReachNames() {}

    /** The reach of a name, null when there is none. */
    static Reach of(String name) {
        for (Reach reach : Reach.values()) {
            if (nameOf(reach).equals(name)) {
                return reach;
            }
        }
        return null;
    }

    /** How a reach is written. */
    static String nameOf(Reach reach) {
        return switch (reach) {
            case PAGE -> "page";
            case COMPOUND -> "compound";
            case BUDDY -> "buddy";
            case MAX_ORDER_BLOCK -> "max-order-block";
        };
    }
}
