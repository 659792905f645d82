// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is to be left out: a dump level as makedumpfile has it, or a rule set by name. */
final class LevelOptions {
    @ArgGroup
    private Choice choice;

    @Mixin
    private VmemmapOption vmemmap;

    /** Name of the rule set asked for, that of level 31 when none was. */
    RuleSetName name() {
        return vmemmap.apply(chosen());
    }

    private RuleSetName chosen() {
        if (choice == null) {
            return RuleSetName.DEFAULT;
        }
        return choice.ruleSet != null ? choice.ruleSet : choice.level;
    }

    /** One of the two. */
    static final class Choice {
        @Option(
                names = {"-d", "--level"},
                paramLabel = "LEVEL",
                converter = LevelConverter.class,
                description = {
                    "Dump level, the sum of what is left out (default: 31): 1 pages of zeros, 2 page cache",
                    "that is not private, 4 page cache, 8 user pages, 16 free pages."
                })
        private RuleSetName level;

        @Option(
                names = "--rule-set",
                paramLabel = "NAME|FILE",
                converter = RuleSetOrFileConverter.class,
                description = "Rule set: level-0 to level-31, capture, or a YAML file that holds one.")
        private RuleSetName ruleSet;
    }
}
