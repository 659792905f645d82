// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.List;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.vmcore.Vmcore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tries a rule set on a vmcore, without Kafka. */
@Command(
        name = "test",
        description = {
            "Tries a rule set on a vmcore: what it leaves out, and what it would newly lose or keep against another.",
            "No cluster is needed, unless --against names a published rule set. Reads struct pages only."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream rules test mine.yaml guest.elf",
            "  vmcore-stream rules test mine.yaml guest.elf --against level-17 --tenant acme"
        })
final class RulesTestCommand extends ConsoleCommand {
    @Parameters(
            index = "0",
            paramLabel = "FILE",
            converter = RuleSetOrFileConverter.class,
            description = "YAML file with a rule set, or a name.")
    private RuleSetName name;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "VMCORE",
            description = {InputOptions.VMCORE, InputOptions.STREAM})
    private List<DumpInput> vmcores;

    @Mixin
    private InputOptions input;

    @Option(
            names = "--against",
            paramLabel = "NAME|FILE",
            defaultValue = "level-31",
            converter = RuleSetOrFileConverter.class,
            description = "Rule set to compare with (default: ${DEFAULT-VALUE}).")
    private RuleSetName against;

    @Mixin
    private OriginOptions origin;

    @Mixin
    private KafkaOptions.IfNeeded kafka;

    RulesTestCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        RuleSetFinder finder = teardown.add(RuleSetFinder.in(kafka));
        RuleSet tried = finder.find(name);
        RuleSet base = finder.find(against);
        Vmcore opened = input.open(console(), teardown, vmcores);
        Trial.Outcome outcome;
        ProgressBoard board = teardown.add(new ProgressBoard(console()));
        try {
            outcome = new Trial(opened, origin.facts(opened)).run(base, tried, board.bar("Reading struct pages")::at);
        } finally {
            board.close();
        }
        Comparison comparison = outcome.comparison();
        console().print("Rule set        : " + tried.name());
        ExclusionReport.lines(
                        new PageCounts(opened.memory().endPfn(), comparison.countsOfOther(), 0), !tried.countsZero())
                .forEach(console()::print);
        if (tried.countsZero()) {
            console().print("(Pages of zeros were not looked for; 'inspect --rule-set " + name + " --zero' does.)");
        }
        console().print("");
        ComparisonReport.lines(comparison, opened.pageFacts().pageShift()).forEach(console()::print);
        Anomaly.describe(outcome.anomalies()).ifPresent(console()::complain);
        return ExitCode.OK;
    }
}
