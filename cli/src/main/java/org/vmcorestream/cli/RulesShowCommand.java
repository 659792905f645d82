// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import org.vmcorestream.rulebook.RuleSetText;
import org.vmcorestream.schemas.records.PublishedRuleSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints the text of a rule set. */
@Command(
        name = "show",
        description = {
            "Prints a rule set as YAML: a built-in one, or one that was published, as it was published.",
            "Only for the latter a cluster is needed."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream rules show 31",
            "  vmcore-stream rules show mine --bootstrap-server kafka:9092",
            "  vmcore-stream rules show mine@3 --bootstrap-server kafka:9092 > mine.yaml"
        })
final class RulesShowCommand extends ConsoleCommand {
    @Parameters(
            paramLabel = "NAME",
            converter = RuleSetNameConverter.class,
            description = {
                "Rule set: level-0 to level-31, 0 to 31, either with -e, capture, a published name, or",
                "name@version."
            })
    private RuleSetName name;

    @Mixin
    private KafkaOptions.IfNeeded kafka;

    RulesShowCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        if (!name.isPublished()) {
            console().print(RuleSetText.builtIn(name.text()).orElseThrow().stripTrailing());
            return ExitCode.OK;
        }
        RuleSetFinder finder = teardown.add(RuleSetFinder.in(kafka));
        PublishedRuleSet found = finder.published(name);
        console().print(Printable.lines(found.getText()).stripTrailing());
        console()
                .log(PublishedRuleSets.pinned(found) + " was published at " + Times.second(found.getPublishedAt())
                        + " by " + Printable.line(found.getPublishedBy()));
        return ExitCode.OK;
    }
}
