// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.List;
import org.vmcorestream.rulebook.RuleSetDiff;
import org.vmcorestream.rulebook.RuleSetText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Says in what two rule sets differ. */
@Command(
        name = "diff",
        description = {
            "Says in what two rule sets differ, a line for each difference that has a meaning.",
            "Rules are added, removed, moved or changed. Prints nothing where both mean the same."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream rules diff 17 31",
            "  vmcore-stream rules diff mine mine.yaml --bootstrap-server kafka:9092",
            "  vmcore-stream rules diff mine@2 mine@3 --bootstrap-server kafka:9092"
        })
final class RulesDiffCommand extends ConsoleCommand {
    @Parameters(
            index = "0",
            paramLabel = "A",
            converter = RuleSetOrFileConverter.class,
            description = "The older one: a file, a built-in or a published name.")
    private RuleSetName before;

    @Parameters(index = "1", paramLabel = "B", converter = RuleSetOrFileConverter.class, description = "The newer one.")
    private RuleSetName after;

    @Mixin
    private KafkaOptions.IfNeeded kafka;

    RulesDiffCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        RuleSetFinder finder = teardown.add(RuleSetFinder.in(kafka));
        List<String> lines =
                RuleSetDiff.between(before.text(), text(before, finder), after.text(), text(after, finder));
        lines.forEach(line -> console().print(Printable.line(line)));
        if (lines.isEmpty()) {
            console().log(before + " and " + after + " mean the same.");
        }
        return ExitCode.OK;
    }

    private static String text(RuleSetName name, RuleSetFinder finder) {
        if (name.isFile()) {
            return RuleSetFile.read(name.file()).text();
        }
        return RuleSetText.builtIn(name.text())
                .orElseGet(() -> finder.published(name).getText());
    }
}
