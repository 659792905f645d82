// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmcorestream.producer.BegunDump;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.producer.CaptureConnection;
import org.vmcorestream.producer.CaptureSettings;
import org.vmcorestream.producer.DumpId;
import org.vmcorestream.producer.PreparedCapture;
import org.vmcorestream.producer.UnfitSettingsException;
import org.vmcorestream.rulebook.RuleTextException;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends a vmcore into the topics of a cluster. */
@Command(
        name = "produce",
        description = {
            "Sends a vmcore into the topics and prints the dump's id.",
            "Ends when every record is acknowledged."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream produce guest.elf --bootstrap-server kafka:9092",
            "  vmcore-stream produce guest.elf --bootstrap-server kafka:9093 \\",
            "      --command-config tls.properties --tenant acme --rule-set level-31 --rule-set mine",
            "  vmcore-stream produce large.elf --bootstrap-server kafka:9092 --parts 4",
            "  vmcore-stream produce guest.elf --bootstrap-server kafka:9092 --resume",
            "  ssh host makedumpfile -F -l -d 1 /proc/vmcore | \\",
            "      vmcore-stream produce - --bootstrap-server kafka:9092"
        })
final class ProduceCommand extends ConsoleCommand {
    @Parameters(
            arity = "1..*",
            paramLabel = "VMCORE",
            description = {InputOptions.VMCORE, InputOptions.STREAM})
    private List<DumpInput> vmcores;

    @Mixin
    private InputOptions input;

    @Mixin
    private RecompressOption recompress;

    @Mixin
    private KafkaOptions.Required kafka;

    @Option(
            names = "--capture",
            paramLabel = "RULE_SET",
            defaultValue = "capture",
            converter = RuleSetNameConverter.class,
            description = {
                "Rule set that says which pages travel (default: ${DEFAULT-VALUE}, all but free, unaccepted, offline",
                "and poisoned pages). What does not travel can be in no file."
            })
    private RuleSetName capture;

    @Option(
            names = "--rule-set",
            paramLabel = "NAME",
            converter = RuleSetNameConverter.class,
            description = {
                "Rule set to make a file of, built-in or published; can be given several times. A",
                "published one without a version is the newest now, and stays that one for this dump.",
                "Default: those that processors and sinks are set up with."
            })
    private List<RuleSetName> ruleSets = List.of();

    @Mixin
    private VmemmapOption vmemmap;

    @Option(
            names = "--codec",
            paramLabel = "CODEC",
            defaultValue = "zstd",
            description = {
                "How pages are compressed: zlib, lzo, snappy, zstd, or lz4, which is light on this host",
                "and leaves the work to the sink (default: ${DEFAULT-VALUE})."
            })
    private PageCodec codec;

    @Option(names = "--host", paramLabel = "NAME", description = "This host's name in the records (default: its own).")
    private String host;

    @Option(
            names = "--tenant",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Whose VM it was (default: nobody said).")
    private String tenant;

    @Option(
            names = "--threads",
            paramLabel = "NUMBER",
            description = "Compressing threads, at most 128 (default: one a CPU).")
    private Integer threads;

    @Option(
            names = "--stripe-size",
            paramLabel = "GIB",
            description = {
                "Memory of a stripe in GiB (default: 4, more above 256 GiB of memory, less where --parts",
                "needs it). Stripes of a dump travel on partitions of their own, so a large VM uses many",
                "of them."
            })
    private Integer stripeGib;

    @Option(
            names = "--parts",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = {
                "Files that share the dump's memory, so that as many sinks can write at once (default:",
                "${DEFAULT-VALUE}). Each part has one stripe or more. crash opens the files together,",
                "'assemble' makes one of them."
            })
    private int parts;

    @Mixin
    private AdmissionOptions admission;

    @Mixin
    private PatienceOption patience;

    @Mixin
    private ResumeOptions resume;

    @Spec
    private CommandSpec spec;

    @Option(
            names = StandbyLine.OPTION,
            paramLabel = "SOCKET",
            description = {
                "Hand the capture to the 'vmcore-stream standby' that listens there, which begins at",
                "once. Without one it is done as if this had not been said, and so is that of a VMCORE of",
                "more than " + StandbyLine.MOST_GIB
                        + " GiB, which takes longer there. VMCORE and FILE are read by the standby."
            })
    private Path standby; // Whoever comes here does without: StandbyLine has tried it.

    ProduceCommand(Console console) {
        super(console);
    }

    /** The settings of a capture, once it is known what the names of its rule sets mean. */
    private interface Chosen {
        CaptureSettings settings(RuleSetFinder finder) throws RuleTextException;
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        resume.check(spec);
        Map<String, Object> client = kafka.client();
        long stripe = stripeBytes();
        if (parts < 1 || parts > CaptureSettings.MAX_PARTS) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--parts " + parts + ", expected 1 to " + CaptureSettings.MAX_PARTS);
        }
        List<RuleSetName> names = ruleSets.stream().map(vmemmap::apply).toList();
        int compressing = Threads.number("--threads", threads, CaptureSettings.MAX_THREADS);
        Topics topics = kafka.topics();
        Vmcore known = null;
        if (resume.given() || resume.handedOver()) {
            known = input.open(console(), teardown, vmcores, recompress.given());
            try (Cluster cluster = Cluster.connect(client)) {
                cluster.requireTopics(topics);
            }
            Optional<BegunDump> begun = resume.given()
                    ? Optional.of(resume.find(client, topics, known))
                    : resume.findHandedOver(client, topics, known, console());
            if (begun.isPresent()) {
                return goOn(known, begun.get(), client, topics, compressing, teardown);
            }
        }
        Map<String, Object> capturing = patience.over(client);
        Chosen chosen = finder -> new CaptureSettings(
                capturing,
                topics,
                DumpId.next(),
                host == null ? HostName.ofThisHost() : host,
                tenant,
                finder.find(capture),
                finder.find(names).stream().map(RuleSet::name).distinct().toList(),
                codec,
                stripe,
                parts,
                compressing,
                admission.policy());
        // A name that was published means something only once the cluster was asked.
        CaptureSettings settled = names.stream().anyMatch(RuleSetName::isPublished) || capture.isPublished()
                ? null
                : chosen.settings(RuleSetFinder.withoutCluster());
        // The cluster is asked while the vmcore is looked at.
        Begun<CaptureConnection> connecting = teardown.add(
                Begun.begin("connect", () -> connect(client, topics, settled == null ? chosen : finder -> settled)));
        Vmcore opened = known != null ? known : input.open(console(), teardown, vmcores, recompress.given());
        CaptureSettings settings = settled == null ? connecting.await().settings() : settled;
        try (PreparedCapture prepared = Capture.prepare(opened, settings)) {
            return run(prepared, connecting, settings.dumpId(), teardown);
        } catch (UnfitSettingsException e) {
            throw new CommandFailure(ExitCode.USAGE, opened.file() + ": " + e.getMessage(), e);
        }
    }

    /** Goes on with a capture that was cut short. */
    private ExitCode goOn(
            Vmcore opened,
            BegunDump begun,
            Map<String, Object> client,
            Topics topics,
            int compressing,
            Teardown teardown)
            throws Exception {
        String dumpId = begun.dumpId();
        if (begun.captured()) {
            console().log("Dump " + dumpId + " was captured to its end, nothing is left to send.");
            console().print(dumpId);
            return ExitCode.OK;
        }
        CaptureSettings settings;
        try (RuleSetFinder finder = RuleSetFinder.in(client, topics)) {
            RuleSetName captured = new RuleSetName(begun.manifest().getCaptureRuleSet());
            settings = CaptureSettings.goingOn(
                    patience.over(client),
                    topics,
                    begun.manifest(),
                    finder.find(captured),
                    compressing,
                    admission.policy());
        }
        Begun<CaptureConnection> connecting =
                teardown.add(Begun.begin("connect", () -> CaptureConnection.open(settings)));
        console().log("Dump " + dumpId + " goes on.");
        try (PreparedCapture prepared = Capture.resume(opened, settings, begun)) {
            return run(prepared, connecting, dumpId, teardown);
        } catch (UnfitSettingsException e) {
            throw new CommandFailure(ExitCode.USAGE, opened.file() + ": " + e.getMessage(), e);
        }
    }

    private ExitCode run(
            PreparedCapture prepared, Begun<CaptureConnection> connecting, String dumpId, Teardown teardown)
            throws Exception {
        try (ProgressBoard board = teardown.add(new ProgressBoard(console()))) {
            prepared.run(connecting.await(), new CaptureBars(board));
        } catch (Exception e) {
            if (prepared.opened()) {
                console()
                        .log("Dump " + dumpId + " is not complete; 'produce --resume " + dumpId
                                + " VMCORE' goes on with it.");
            }
            throw e;
        }
        console().print(dumpId);
        return ExitCode.OK;
    }

    /** Looks at the cluster's topics before anything is sent. */
    private static CaptureConnection connect(Map<String, Object> client, Topics topics, Chosen chosen)
            throws Exception {
        Cluster cluster = Cluster.connect(client);
        CaptureSettings settings;
        try (RuleSetFinder finder = RuleSetFinder.in(client, topics)) {
            cluster.requireTopics(topics);
            settings = chosen.settings(finder);
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
        return CaptureConnection.open(settings, cluster.admin());
    }

    private long stripeBytes() {
        if (stripeGib == null) {
            return CaptureSettings.CHOOSE_STRIPES;
        }
        if (stripeGib < 1 || stripeGib > 1 << 20) {
            throw new CommandFailure(ExitCode.USAGE, "--stripe-size " + stripeGib + ", expected 1 to 1048576 GiB");
        }
        return (long) stripeGib << 30;
    }
}
