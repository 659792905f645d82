// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.nio.file.Path;
import org.vmcorestream.rules.RuleSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Checks a file that is to be published, without a cluster. */
@Command(
        name = "check",
        description = {
            "Checks a rule set as publishing does: its YAML, and the types in its conditions. No cluster is needed.",
            "A mistake is said with file, line and column; the command then ends with code 2."
        },
        footerHeading = "%nExamples:%n",
        footer = "  vmcore-stream rules check mine.yaml")
final class RulesCheckCommand extends ConsoleCommand {
    @Parameters(paramLabel = "FILE", description = "YAML file with a rule set.")
    private Path file;

    RulesCheckCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        RuleSet ruleSet = RuleSetFile.read(file).ruleSet();
        int rules = ruleSet.rules().size();
        console()
                .print(file + ": rule set " + ruleSet.name() + ", " + rules + (rules == 1 ? " rule" : " rules")
                        + ", no mistake");
        return ExitCode.OK;
    }
}
