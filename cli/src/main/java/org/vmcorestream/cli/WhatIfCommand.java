// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.Optional;
import org.vmcorestream.archive.DumpCatalog;
import org.vmcorestream.archive.WhatIf;
import org.vmcorestream.rules.RuleSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what a rule set would do with stored dumps. */
@Command(
        name = "whatif",
        description = {
            "Says what a rule set would keep and lose of dumps that a cluster stores, dump by dump and in total.",
            "Decides them again from page metadata, and writes nothing. NEWLY LOST are pages that are kept now and",
            "would be dropped; NOT CAPTURED are pages that would be kept and never were sent, so that no file can",
            "have them."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream whatif --rule-set mine --bootstrap-server kafka:9092 --by-duration P7D",
            "  vmcore-stream whatif --rule-set 31 --against 17 --bootstrap-server kafka:9092 \\",
            "      --where 'dump.tenant == \"acme\"' --json"
        })
final class WhatIfCommand extends ConsoleCommand {
    @Option(
            names = "--rule-set",
            required = true,
            paramLabel = "NAME|FILE",
            converter = RuleSetOrFileConverter.class,
            description = "Rule set to ask about; a file need not be published.")
    private RuleSetName ruleSet;

    @Option(
            names = "--against",
            paramLabel = "NAME|FILE",
            converter = RuleSetOrFileConverter.class,
            description = {
                "Rule set to compare with (default: the one in force, which is the first that the dump",
                "asked for, or level-31)."
            })
    private RuleSetName against;

    @Mixin
    private DumpSelection selection;

    @Mixin
    private KafkaOptions.Required kafka;

    @Mixin
    private ReportOptions report;

    WhatIfCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        DumpSelection.Chosen chosen = selection.check();
        try (Cluster cluster = Cluster.connect(kafka.client())) {
            cluster.requireTopics(kafka.topics());
        }
        RuleSetFinder finder = teardown.add(RuleSetFinder.in(kafka));
        RuleSet other = finder.find(ruleSet);
        Optional<RuleSet> base = against == null ? Optional.empty() : Optional.of(finder.find(against));
        DumpCatalog catalog = teardown.add(DumpCatalog.open(kafka.client(), kafka.topics()));
        WhatIfReport written = new WhatIfReport(console(), report.json());
        WhatIf whatIf = teardown.add(
                WhatIf.open(kafka.client(), kafka.topics(), finder.shelf()::named, other, base, written::row));
        chosen.each(catalog, console(), whatIf::add);
        written.totals(whatIf.finish(), other);
        return ExitCode.OK;
    }
}
