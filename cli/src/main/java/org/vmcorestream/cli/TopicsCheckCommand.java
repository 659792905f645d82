// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says whether the topics are as the stages need them. */
@Command(
        name = "check",
        description = "Says what is wrong with the topics, a line each; ends with code 4 where anything is.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream topics check --bootstrap-server kafka:9092 \\",
            "      --command-config client.properties"
        })
final class TopicsCheckCommand extends ConsoleCommand {
    @Mixin
    private KafkaOptions.Required kafka;

    TopicsCheckCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        Cluster cluster = teardown.add(Cluster.connect(kafka.client()));
        List<String> problems = cluster.topicProblems(kafka.topics());
        problems.forEach(console()::complain);
        if (!problems.isEmpty()) {
            return ExitCode.KAFKA;
        }
        console().print("All topics are as they should be.");
        return ExitCode.OK;
    }
}
