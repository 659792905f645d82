// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.Optional;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import picocli.CommandLine.Option;

/** Whether struct pages that describe only excluded pages are left out too; makedumpfile has the same letter for it. */
final class VmemmapOption {
    @Option(
            names = {"-e", "--exclude-unused-vmemmap"},
            description = {
                "Leave out unused vmemmap too: struct pages that describe only pages that are left out.",
                "On large machines this is most of what is left; readers then cannot say anything of",
                "these pages."
            })
    private boolean excluded;

    /**
     * The name of a rule set as this option wants it: {@code level-N} becomes {@code level-N-e}.
     *
     * @throws CommandFailure when the option is given and the rule set is no dump level
     */
    RuleSetName apply(RuleSetName name) {
        Optional<RuleSet> builtIn = name.builtIn();
        if (!excluded || builtIn.isPresent() && builtIn.get().dropsUnusedVmemmap()) {
            return name;
        }
        return builtIn.map(BuiltInRuleSets::withoutUnusedVmemmap)
                .map(without -> new RuleSetName(without.name()))
                .filter(without -> without.builtIn().isPresent())
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.USAGE,
                        "-e goes with a dump level, not with rule set " + name
                                + "; a rule set says itself whether it leaves out unused vmemmap"));
    }
}
