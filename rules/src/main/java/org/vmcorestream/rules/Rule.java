// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Objects;

/**
 * One rule of a rule set.
 *
 * @param action what happens to the pages it reaches
 * @param reason name under which excluded pages are counted and explained, {@code [a-z0-9-]{1,32}}; of a keep rule, only
 *     its name in explanations
 * @param condition which pages it speaks of
 * @param reach how far; a keep rule always reaches one page
 * @param pfns page frames that the rule looks at; a run that begins there may reach further
 */
public record Rule(Action action, String reason, Condition.OfDump condition, Reach reach, PfnRanges pfns) {
    /** What a rule does. */
    public enum Action {
        /** The page stays, and no later rule is asked. */
        KEEP,
        /** The pages within reach leave the dump. */
        EXCLUDE
    }

    /** Checks the name and the reach. */
    public Rule {
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(condition, "condition");
        Objects.requireNonNull(reach, "reach");
        Objects.requireNonNull(pfns, "pfns");
        if (!reason.matches("[a-z0-9-]{1,32}")) {
            throw new IllegalArgumentException("rule name '" + reason + "', expected 1 to 32 of a-z, 0-9 and -");
        }
        if (action == Action.KEEP && reach != Reach.PAGE) {
            throw new IllegalArgumentException("keep rule '" + reason + "' reaches further than its page");
        }
    }

    /** A rule that looks at all page frames. */
    public Rule(Action action, String reason, Condition.OfDump condition, Reach reach) {
        this(action, reason, condition, reach, PfnRanges.EVERYWHERE);
    }
}
