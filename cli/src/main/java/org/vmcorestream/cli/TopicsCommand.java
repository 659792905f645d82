// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands for topics. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true,
        description = "Makes the topics, or says whether they are as they should be.",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream topics create --bootstrap-server kafka:9092 \\",
            "      --partitions 12 --replication-factor 3",
            "  vmcore-stream topics check --bootstrap-server kafka:9092"
        },
        subcommands = {TopicsCreateCommand.class, TopicsCheckCommand.class, TopicsListCommand.class})
final class TopicsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given: create, check or list");
    }
}
