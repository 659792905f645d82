// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;

/**
 * A rule set as people name it: built-in ({@code level-31}, {@code 31}, {@code 31-e}, {@code capture}), published ({@code
 * mine} for its newest version, {@code mine@3}), or a file. Whatever cannot be a name is the name of a file; a file that looks
 * like a name is written with its folder, {@code ./mine}.
 *
 * @param text as given
 */
record RuleSetName(String text) {
    private static final String EXPECTED =
            "expected level-0 to level-31, 0 to 31, either with -e, capture, a published name, or name@version";

    /** Level 31, of most commands the default. */
    static final RuleSetName DEFAULT = new RuleSetName("level-" + BuiltInRuleSets.MAX_LEVEL);

    /** The built-in rule set of that name. */
    Optional<RuleSet> builtIn() {
        return BuiltInRuleSets.named(text);
    }

    /** Whether it names a file. */
    boolean isFile() {
        return !text.isEmpty() && !RuleSet.NAME.matcher(text).matches();
    }

    /** The file it names. */
    Path file() {
        return Path.of(text);
    }

    /** Whether it can only be published, so that a cluster has to be asked. */
    boolean isPublished() {
        return !isFile() && builtIn().isEmpty();
    }

    /** Why this is no name; empty when it can be one. Names that begin like those of levels are no others'. */
    Optional<String> problem() {
        boolean levelLike = text.matches("level-.*|[0-9]+(-e)?");
        return text.isEmpty() || levelLike && builtIn().isEmpty() && !isFile()
                ? Optional.of("no rule set '" + text + "', " + EXPECTED)
                : Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
