// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.nio.file.Path;
import org.vmcorestream.archive.RuleSetShelf;
import org.vmcorestream.schemas.records.PublishedRuleSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Publishes a rule set. */
@Command(
        name = "publish",
        description = {
            "Publishes a rule set as the next version of the name in it, and prints name@version.",
            "A text that is the newest version already is not published again."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream rules publish mine.yaml --bootstrap-server kafka:9092",
            "  vmcore-stream rules publish mine.yaml --bootstrap-server kafka:9093 \\",
            "      --command-config tls.properties"
        })
final class RulesPublishCommand extends ConsoleCommand {
    @Parameters(paramLabel = "FILE", description = "YAML file with a rule set.")
    private Path file;

    @Mixin
    private KafkaOptions.Required kafka;

    RulesPublishCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        RuleSetFile read = RuleSetFile.read(file);
        read.ruleSet();
        try (Cluster cluster = Cluster.connect(kafka.client())) {
            cluster.requireTopics(kafka.topics());
        }
        RuleSetShelf shelf = teardown.add(RuleSetShelf.open(kafka.client(), kafka.topics()));
        long begin = System.currentTimeMillis();
        PublishedRuleSet published = shelf.publish(file.toString(), read.text(), user());
        console().print(PublishedRuleSets.pinned(published));
        if (published.getPublishedAt() < begin) {
            console().log("Nothing was published: " + PublishedRuleSets.pinned(published) + " is this text already.");
        }
        return ExitCode.OK;
    }

    /** Who runs this command: user@host. */
    static String user() {
        return System.getProperty("user.name", "") + "@" + HostName.ofThisHost();
    }
}
