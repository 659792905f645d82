// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.sink.DirectoryPerDump;
import org.vmcorestream.sink.SinkService;
import org.vmcorestream.storage.S3Location;
import org.vmcorestream.storage.S3Store;
import org.vmcorestream.vmcore.OpenSettings;
import org.vmcorestream.vmcore.codec.PageCodec;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes files of dumps until it is told to stop. */
@Command(
        name = "sink",
        description = {
            "Makes a kdump file of every dump and rule set asked for, until it is interrupted.",
            "Each dump gets a folder of its own. Start as many as you like with one group: they share the work.",
            "Prints a line for each file: dump id, rule set, complete or not, bytes, name; 'kept' for one that stands",
            "and that a replay could only have made worse."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream sink --bootstrap-server kafka:9092 --dir /var/crash",
            "  vmcore-stream sink --bootstrap-server kafka:9092 --dir /var/crash \\",
            "      --codec zlib --assemblies 4",
            "  vmcore-stream sink --bootstrap-server kafka:9092 --to s3://dumps/prod --store-config store.properties"
        })
final class SinkCommand extends ConsoleCommand {
    @Mixin
    private KafkaOptions.Required kafka;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Destination destination;

    @Mixin
    private StoreOptions store;

    @Option(
            names = "--abandoned-after",
            paramLabel = "HOURS",
            defaultValue = "48",
            description = {
                "Uploads to a store that were begun so long ago and never ended are given up at the start",
                "(default: ${DEFAULT-VALUE})."
            })
    private int abandonedHours;

    /** Where files go. */
    private static final class Destination {
        @Option(names = "--dir", required = true, paramLabel = "DIR", description = "Folder of the dumps' folders.")
        private Path directory;

        @Option(
                names = "--to",
                required = true,
                paramLabel = "URI",
                description = "The same as a URI: file:///DIR, or s3://BUCKET/PREFIX for a store.")
        private String uri;
    }

    @Option(
            names = "--codec",
            paramLabel = "CODEC",
            converter = StorableCodecConverter.class,
            description = {
                "Codec of the files: zlib, lzo, snappy or zstd (default: that of the capture, which needs",
                "the least work; zstd for lz4, which no file can hold)."
            })
    private PageCodec codec;

    @Option(
            names = "--spool-dir",
            paramLabel = "DIR",
            description = {
                "With s3: where headers and bitmaps of files are kept while they grow, in files without",
                "names (default: /var/tmp). Pages are never kept on a disk."
            })
    private Path spoolDir;

    @Option(
            names = "--rule-set",
            paramLabel = "NAME",
            converter = RuleSetNameConverter.class,
            description = {
                "Rule set made into files for dumps that ask for none, built-in or published; can be",
                "given several times (default: level-31). Give sinks and processors the same."
            })
    private List<RuleSetName> ruleSets = List.of(RuleSetName.DEFAULT);

    @Option(
            names = "--group",
            paramLabel = "ID",
            defaultValue = "vmcore-stream-sink",
            description = "Consumer group of the sinks that share the work (default: ${DEFAULT-VALUE}).")
    private String group;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "This sink's name in dump-files (default: the host's).")
    private String name;

    @Option(
            names = "--assemblies",
            paramLabel = "NUMBER",
            defaultValue = "2",
            description = "Files made at once (default: ${DEFAULT-VALUE}).")
    private Integer assemblies;

    @Option(
            names = "--stall-timeout",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description =
                    "After so long without anything new a dump is finished with what there is (default: ${DEFAULT-VALUE}).")
    private int stallSeconds;

    SinkCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        if (stallSeconds < 1) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--stall-timeout " + stallSeconds + ", expected 1 or more seconds");
        }
        Map<String, Object> client = kafka.client();
        int atOnce = Threads.number("--assemblies", assemblies, Threads.MAX);
        if (abandonedHours < 1) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--abandoned-after " + abandonedHours + ", expected 1 or more hours");
        }
        SinkService.Placement placement = placement(teardown);
        try (Cluster cluster = Cluster.connect(client)) {
            cluster.requireTopics(kafka.topics());
        }
        List<RuleSet> defaults;
        try (RuleSetFinder finder = RuleSetFinder.in(kafka)) {
            defaults = finder.find(ruleSets);
        }
        SinkService service = teardown.add(new SinkService(
                new SinkService.Settings(
                        client,
                        kafka.topics(),
                        group,
                        name == null ? HostName.ofThisHost() : name,
                        placement,
                        Optional.ofNullable(codec),
                        defaults.stream().map(RuleSet::name).toList(),
                        atOnce,
                        Duration.ofSeconds(stallSeconds)),
                new Lines(console())));
        service.start();
        console().log("Writing dumps of " + kafka.bootstrapServer() + " to " + target() + "; interrupt to end.");
        teardown.add(OutageWatch.begin(console(), client, kafka.topics().dumps()));
        return LongRunning.await(service::failure);
    }

    private String target() {
        return destination.uri == null ? destination.directory.toString() : destination.uri;
    }

    private SinkService.Placement placement(Teardown teardown) throws IOException {
        if (destination.uri == null || !S3Location.isS3(destination.uri)) {
            if (destination.uri != null && !destination.uri.regionMatches(true, 0, "file:", 0, 5)) {
                throw new CommandFailure(
                        ExitCode.USAGE, "--to '" + destination.uri + "', expected file:///DIR or s3://BUCKET/PREFIX");
            }
            return directory(destination.uri == null ? destination.directory : DumpOutput.path(destination.uri));
        }
        S3Location below = DumpOutput.object(destination.uri);
        S3Store opened = teardown.add(store.open());
        opened.removeAbandoned(below.resolve(""), Duration.ofHours(abandonedHours));
        return new DirectoryPerDump(
                Path.of(""),
                new StoreFiles(
                        opened,
                        below,
                        spoolDir == null ? OpenSettings.USUAL.spool().folder() : spoolDir));
    }

    private static DirectoryPerDump directory(Path directory) throws IOException {
        Files.createDirectories(directory);
        if (!Files.isWritable(directory)) {
            throw new CommandFailure(ExitCode.OUTPUT, directory + ": cannot be written to");
        }
        DirectoryPerDump placement = new DirectoryPerDump(directory);
        placement.removeAbandoned();
        return placement;
    }

    private record Lines(Console console) implements SinkService.Listener {
        @Override
        public void finished(DumpFile file) {
            line(file, file.getComplete() ? "complete" : "incomplete");
        }

        @Override
        public void kept(DumpFile file) {
            line(file, "kept");
        }

        private void line(DumpFile file, String state) {
            console.print(file.getDumpId() + " " + file.getRuleSet() + " " + state + " " + file.getSize() + " "
                    + file.getLocation());
            file.getProblems().forEach(problem -> console.complain(file.getLocation() + ": " + problem));
        }

        @Override
        public void waiting(String dumpId, String ruleSet, String problem) {
            failed(dumpId, ruleSet, problem);
        }

        @Override
        public void failed(String dumpId, String ruleSet, String problem) {
            console.complain("dump " + dumpId + ", " + ruleSet + ": " + Failures.oneLine(problem));
        }
    }
}
