// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The top of the command line; does nothing by itself. */
@Command(
        name = "vmcore-stream",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true,
        description = "Turns the memory of a crashed VM into a kdump file, by way of Kafka.",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExit codes:%n",
        footer = {
            "    0  done",
            "    1  internal error: please report it",
            "    2  wrong command line, or a file it names is wrong",
            "    3  the vmcore cannot be used",
            "    4  Kafka cannot be reached, or its topics are missing or wrong",
            "    5  output cannot be written, for example because the disk is full",
            "    6  the dump file was written, but lacks pages",
            "  130  interrupted",
            "",
            "'vmcore-stream COMMAND --help' says more of a command."
        },
        subcommands = {
            RunCommand.class,
            DemoCommand.class,
            InspectCommand.class,
            TopicsCommand.class,
            ProduceCommand.class,
            ProcessCommand.class,
            SinkCommand.class,
            AdmitCommand.class,
            AssembleCommand.class,
            DumpsCommand.class,
            RulesCommand.class,
            ReplayCommand.class,
            WhatIfCommand.class,
            ExplainCommand.class,
            WatchCommand.class,
            CommandLine.HelpCommand.class
        })
final class VmcoreStreamCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }
}
