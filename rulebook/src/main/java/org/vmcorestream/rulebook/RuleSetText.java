// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.Optional;
import org.vmcorestream.rules.RuleSet;

/** The door to rule sets as text. */
public final class RuleSetText {
    private RuleSetText() {}

    /**
     * A rule set from its YAML. Conditions are type-checked; the rule set can be used by several threads at once.
     *
     * @param source name of the text in messages, for example of its file
     * @param yaml the text
     * @throws RuleTextException when it cannot be one, with line and column of the mistake
     */
    public static RuleSet read(String source, String yaml) throws RuleTextException {
        throw new UnsupportedOperationException(source);
    }

    /** The text of a built-in rule set, by any name that {@code BuiltInRuleSets.named} takes; empty when there is none. */
    public static Optional<String> builtIn(String name) {
        throw new UnsupportedOperationException(name);
    }
}
