// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.vmcorestream.processor.EnduringVerdictService;
import org.vmcorestream.processor.VerdictService;
import org.vmcorestream.rules.RuleSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Turns page metadata into verdicts until it is told to stop. */
@Command(
        name = "process",
        description = {
            "Decides which pages leave the dumps, until it is interrupted; replays of stored dumps too.",
            "Start as many as you like with one application id: they share the work."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream process --bootstrap-server kafka:9092 \\",
            "      --state-dir /var/lib/vmcore-stream",
            "  vmcore-stream process --bootstrap-server kafka:9092 \\",
            "      --rule-set level-31 --rule-set level-17"
        })
final class ProcessCommand extends ConsoleCommand {
    /** Application id when nothing else is asked for. */
    static final String APPLICATION_ID = "vmcore-stream-processor";

    /** What stands behind an application id in the consumer group of its replay workers. */
    static final String REPLAY_GROUP_SUFFIX = "-replays";

    private static final Duration START = Duration.ofSeconds(60);

    @Mixin
    private KafkaOptions.Required kafka;

    @Option(
            names = "--rule-set",
            paramLabel = "NAME",
            converter = RuleSetNameConverter.class,
            description = {
                "Rule set for dumps that ask for none, built-in or published; can be given several times",
                "(default: level-31). Of a published one the version that is the newest now is meant as",
                "long as this runs."
            })
    private List<RuleSetName> ruleSets = List.of(RuleSetName.DEFAULT);

    @Option(
            names = "--application-id",
            paramLabel = "ID",
            defaultValue = APPLICATION_ID,
            description = "Kafka Streams application id, which is also the consumer group (default: ${DEFAULT-VALUE}).")
    private String applicationId;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Where Kafka Streams keeps its own files (default: a folder for temporary files).")
    private Path stateDir;

    @Option(
            names = "--threads",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Stream threads (default: 1).")
    private Integer threads;

    @Option(
            names = "--replay-share",
            paramLabel = "SHARE",
            defaultValue = "0.25",
            description = {
                "Most of one more thread's time that replays take, 0 to 1 (default: ${DEFAULT-VALUE}); with 0 this",
                "instance does none. Dumps that come are never behind replays."
            })
    private double replayShare;

    ProcessCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        Map<String, Object> client = kafka.client();
        Path state = stateDir == null
                ? Path.of(System.getProperty("java.io.tmpdir"), "vmcore-stream-" + applicationId)
                : stateDir;
        int streamThreads = Threads.number("--threads", threads, Threads.MAX);
        if (!(replayShare >= 0 && replayShare <= 1)) {
            throw new CommandFailure(ExitCode.USAGE, "--replay-share " + replayShare + ", expected 0 to 1");
        }
        Files.createDirectories(state);
        try (Cluster cluster = Cluster.connect(client)) {
            cluster.requireTopics(kafka.topics());
        }
        List<RuleSet> defaults;
        try (RuleSetFinder finder = RuleSetFinder.in(kafka)) {
            defaults = finder.find(ruleSets);
        }
        EnduringVerdictService service = teardown.add(EnduringVerdictService.start(
                new VerdictService.Settings(
                        client, kafka.topics(), applicationId, defaults, state, streamThreads, replayShare),
                new Lines(console()),
                START));
        console().log("Deciding for " + kafka.bootstrapServer() + " as " + applicationId + "; interrupt to end.");
        teardown.add(OutageWatch.begin(console(), client, kafka.topics().pageMetadata(), service::lacks));
        return LongRunning.await(service::failure);
    }

    private record Lines(Console console) implements EnduringVerdictService.Listener {
        @Override
        public void cutShort(String why, Duration pause) {
            console.log("Cut short, going on by itself in " + pause.toSeconds() + " s: " + why);
        }

        @Override
        public void goesOn(boolean anew) {
            console.log(
                    anew
                            ? "Deciding goes on, from the beginning of topics that were made anew."
                            : "Deciding goes on where it was.");
        }
    }
}
