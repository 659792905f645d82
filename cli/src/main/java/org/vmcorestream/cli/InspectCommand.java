// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.List;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.vmcore.Vmcore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a vmcore is, and what a dump level would leave out of it, without Kafka. */
@Command(
        name = "inspect",
        description = {
            "Says what a vmcore is and what a dump level would leave out of it.",
            "Reads struct pages only, so it is quick; contents of pages are read with --zero alone."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream inspect guest.elf",
            "  vmcore-stream inspect guest.elf -d 17 --zero",
            "  vmcore-stream inspect guest.elf --rule-set mine.yaml"
        })
final class InspectCommand extends ConsoleCommand {
    @Parameters(
            arity = "1..*",
            paramLabel = "VMCORE",
            description = {InputOptions.VMCORE, InputOptions.STREAM})
    private List<DumpInput> vmcores;

    @Mixin
    private InputOptions input;

    @Mixin
    private LevelOptions level;

    @Option(names = "--zero", description = "Read the pages that stay, and count those that hold only zeros.")
    private boolean zero;

    InspectCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        RuleSet ruleSet = RuleSetFinder.withoutCluster().find(level.name());
        Vmcore opened = input.open(console(), teardown, vmcores);
        VmcoreSummary.lines(opened).forEach(console()::print);
        console().print("");
        Exclusion.Outcome outcome;
        ProgressBoard board = teardown.add(new ProgressBoard(console()));
        try {
            ProgressBar bar = board.bar(zero ? "Reading pages" : "Reading struct pages");
            outcome = new Exclusion(opened, ruleSet, zero).count(bar::at);
        } finally {
            board.close();
        }
        console().print("Rule set        : " + ruleSet.name());
        boolean zeros = zero || !ruleSet.countsZero();
        ExclusionReport.lines(outcome.counts(), zeros).forEach(console()::print);
        if (!zeros) {
            console().print("(Pages of zeros were not looked for; --zero does.)");
        }
        Anomaly.describe(outcome.anomalies()).ifPresent(console()::complain);
        if (noFreePages(ruleSet, outcome.counts())) {
            console()
                    .complain("warning: not one free page was found, which no running kernel has; "
                            + "its struct pages may be corrupted or misread");
        }
        return ExitCode.OK;
    }

    private static boolean noFreePages(RuleSet ruleSet, PageCounts counts) {
        return counts.free() == 0 && ruleSet.reasons().contains(BuiltInRuleSets.REASON_FREE);
    }
}
