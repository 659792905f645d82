// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.NewTopic;
import org.vmcorestream.schemas.TopicPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the topics that are not there. */
@Command(
        name = "create",
        description = {
            "Makes the topics that are not there yet; those that are stay as they are.",
            "Ends with code 4 when those do not fit."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream topics create --bootstrap-server kafka:9092 --dry-run",
            "  vmcore-stream topics create --bootstrap-server kafka:9092 \\",
            "      --partitions 12 --replication-factor 3"
        })
final class TopicsCreateCommand extends ConsoleCommand {
    @Mixin
    private KafkaOptions.Required kafka;

    @Option(
            names = "--partitions",
            paramLabel = "NUMBER",
            defaultValue = "12",
            description = {
                "Partitions of the topics that stripes of dumps travel on (default: ${DEFAULT-VALUE}).",
                "It bounds how many processors and sinks can share the work, and should not change later."
            })
    private int partitions;

    @Option(
            names = "--replication-factor",
            paramLabel = "NUMBER",
            defaultValue = "-1",
            description = "Copies of each partition; -1 leaves it to the brokers (default: ${DEFAULT-VALUE}).")
    private short replicationFactor;

    @Option(
            names = "--data-retention-days",
            paramLabel = "DAYS",
            description = "How long page contents are kept, the time in which a file can be made again (default: 7).")
    private Integer dataDays;

    @Option(
            names = "--metadata-retention-days",
            paramLabel = "DAYS",
            description = {
                "How long page metadata, verdicts, replays and alarms are kept, the time in which a dump",
                "can be decided again (default: 30)."
            })
    private Integer metadataDays;

    @Option(names = "--dry-run", description = "Only print what would be made.")
    private boolean dryRun;

    TopicsCreateCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        TopicPlan plan = plan();
        Cluster cluster = teardown.add(Cluster.connect(kafka.client()));
        if (dryRun) {
            Set<String> there = cluster.answer(cluster.admin().listTopics().names());
            say(plan, "would make", "exists", there);
            return ExitCode.OK;
        }
        Set<String> there = new HashSet<>();
        plan.newTopics().forEach(topic -> there.add(topic.name()));
        there.removeAll(create(plan, cluster));
        say(plan, "made", "exists", there);
        List<String> problems = cluster.topicProblems(kafka.topics());
        problems.forEach(console()::complain);
        return problems.isEmpty() ? ExitCode.OK : ExitCode.KAFKA;
    }

    private TopicPlan plan() {
        try {
            return new TopicPlan(
                    kafka.topics(),
                    partitions,
                    replicationFactor,
                    dataDays == null ? TopicPlan.DATA_RETENTION : days("--data-retention-days", dataDays),
                    metadataDays == null
                            ? TopicPlan.METADATA_RETENTION
                            : days("--metadata-retention-days", metadataDays));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, Failures.oneLine(e.getMessage()), e);
        }
    }

    private static Duration days(String option, int days) {
        if (days < 1) {
            throw new CommandFailure(ExitCode.USAGE, option + " " + days + ", expected 1 or more");
        }
        return Duration.ofDays(days);
    }

    /** Makes what is missing; what the cluster refuses ends the command. */
    static List<String> create(TopicPlan plan, Cluster cluster) {
        try {
            return plan.createMissing(cluster.admin(), cluster.patience());
        } catch (IllegalStateException e) {
            throw new CommandFailure(ExitCode.KAFKA, Failures.oneLine(e.getMessage()), e);
        }
    }

    private void say(TopicPlan plan, String ifNew, String ifThere, Set<String> there) {
        for (NewTopic topic : plan.newTopics()) {
            boolean exists = there.contains(topic.name());
            Map<String, String> settings = new TreeMap<>(topic.configs());
            console()
                    .print(String.format(
                            Locale.ROOT,
                            "%-10s %s%s",
                            exists ? ifThere : ifNew,
                            topic.name(),
                            exists
                                    ? ""
                                    : " partitions=" + topic.numPartitions() + " replication-factor="
                                            + (topic.replicationFactor() < 0 ? "brokers'" : topic.replicationFactor())
                                            + " "
                                            + settings));
        }
    }
}
