// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands for the dumps of a cluster. */
@Command(
        name = "dumps",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true,
        description = "Says which dumps a cluster has, and what they lack.",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream dumps list --bootstrap-server kafka:9092 --by-duration P1D",
            "  vmcore-stream dumps show 01a20730-e308-7716-b966-546d825df2db --bootstrap-server kafka:9092"
        },
        subcommands = {DumpsListCommand.class, DumpsShowCommand.class})
final class DumpsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given: list or show");
    }
}
