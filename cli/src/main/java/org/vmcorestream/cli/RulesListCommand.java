// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Instant;
import java.util.List;
import org.vmcorestream.archive.RuleSetShelf;
import org.vmcorestream.schemas.records.PublishedRuleSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists published rule sets. */
@Command(
        name = "list",
        description = {
            "Lists the rule sets that were published: name@version, when (UTC), and by whom.",
            "Built in, and not in the list, are level-0 to level-31, the same with -e, and capture."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream rules list --bootstrap-server kafka:9092",
            "  vmcore-stream rules list --bootstrap-server kafka:9092 --json"
        })
final class RulesListCommand extends ConsoleCommand {
    private static final Table TABLE =
            new Table().text("RULE SET", 24).text("PUBLISHED", 20).text("BY", 0);

    @Mixin
    private KafkaOptions.Required kafka;

    @Mixin
    private ReportOptions report;

    RulesListCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        try (Cluster cluster = Cluster.connect(kafka.client())) {
            cluster.requireTopics(kafka.topics());
        }
        RuleSetShelf shelf = teardown.add(RuleSetShelf.open(kafka.client(), kafka.topics()));
        List<PublishedRuleSet> all = shelf.all();
        if (!report.json() && !all.isEmpty()) {
            console().print(TABLE.header());
        }
        for (PublishedRuleSet ruleSet : all) {
            console().print(report.json() ? json(ruleSet).line() : row(ruleSet));
        }
        if (all.isEmpty()) {
            console()
                    .log("No rule set was published; built in are level-0 to level-31, the same with -e, and capture.");
        }
        return ExitCode.OK;
    }

    private static String row(PublishedRuleSet ruleSet) {
        return TABLE.row(
                PublishedRuleSets.pinned(ruleSet), Times.second(ruleSet.getPublishedAt()), ruleSet.getPublishedBy());
    }

    private static Json json(PublishedRuleSet ruleSet) {
        return new Json()
                .put("ruleSet", PublishedRuleSets.pinned(ruleSet))
                .put("name", ruleSet.getName())
                .put("version", ruleSet.getVersion())
                .put(
                        "publishedAt",
                        Instant.ofEpochMilli(ruleSet.getPublishedAt()).toString())
                .put("publishedBy", ruleSet.getPublishedBy())
                .put("text", ruleSet.getText());
    }
}
