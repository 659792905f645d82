// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the topics and what they hold. */
@Command(
        name = "list",
        description = "Lists the topics: partitions, records and bytes in each.",
        footerHeading = "%nExamples:%n",
        footer = "  vmcore-stream topics list --bootstrap-server kafka:9092")
final class TopicsListCommand extends ConsoleCommand {
    @Mixin
    private KafkaOptions.Required kafka;

    TopicsListCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        Cluster cluster = teardown.add(Cluster.connect(kafka.client()));
        Map<String, TopicVolumes.Volume> volumes = new TreeMap<>(new TopicVolumes(cluster, kafka.topics()).ask());
        console().print(String.format(Locale.ROOT, "%-32s %10s %12s %16s", "TOPIC", "PARTITIONS", "OFFSETS", "BYTES"));
        volumes.forEach((topic, volume) -> console()
                .print(String.format(
                        Locale.ROOT,
                        "%-32s %10d %12d %16d",
                        topic,
                        volume.partitions(),
                        volume.offsets(),
                        volume.bytes())));
        if (volumes.isEmpty()) {
            console().complain("no topic of this prefix; 'vmcore-stream topics create' makes them");
            return ExitCode.KAFKA;
        }
        return ExitCode.OK;
    }
}
