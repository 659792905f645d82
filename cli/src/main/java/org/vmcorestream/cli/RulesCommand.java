// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands for rule sets. */
@Command(
        name = "rules",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true,
        description = "Rule sets as text: shows, checks, tests, compares, publishes and lists them.",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream rules show level-31 > mine.yaml     (and give it a name of its own)",
            "  vmcore-stream rules check mine.yaml",
            "  vmcore-stream rules test mine.yaml guest.elf",
            "  vmcore-stream rules diff 31 mine.yaml",
            "  vmcore-stream rules publish mine.yaml --bootstrap-server kafka:9092"
        },
        subcommands = {
            RulesShowCommand.class,
            RulesCheckCommand.class,
            RulesTestCommand.class,
            RulesDiffCommand.class,
            RulesPublishCommand.class,
            RulesListCommand.class
        })
final class RulesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given: show, check, test, diff, publish or list");
    }
}
