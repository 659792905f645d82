// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.vmcorestream.gate.GateListener;
import org.vmcorestream.gate.GateService;
import org.vmcorestream.gate.GateSettings;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.AdmissionState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lets captures send page contents only while there is room, until it is told to stop. */
@Command(
        name = "admit",
        description = {
            "Bounds what captures send at once, until it is interrupted.",
            "While it runs, captures ask before they send page contents, and wait for their turn; what every page is they",
            "send at once. A dump is in flight until its files are made. Start several: one is at work, the others take over.",
            "Prints a line for each dump that waits, is granted or is released: dump id, what, bytes, bytes in flight."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream admit --bootstrap-server kafka:9092 --in-flight 64G",
            "  vmcore-stream admit --bootstrap-server kafka:9092 --in-flight 1T \\",
            "      --disk-reserve 200G"
        })
final class AdmitCommand extends ConsoleCommand {
    @Mixin
    private KafkaOptions.Required kafka;

    @Option(
            names = "--in-flight",
            required = true,
            paramLabel = "BYTES",
            converter = ByteSizeConverter.class,
            description = {
                "Most bytes of pages, before compression, that captures may have sent and sinks not yet",
                "made files of; K, M, G and T mean powers of 1024. A single dump that has more is granted",
                "alone."
            })
    private long inFlight;

    @Option(
            names = "--disk-reserve",
            paramLabel = "BYTES",
            defaultValue = "0",
            converter = ByteSizeConverter.class,
            description = {
                "What every broker's disk is to have left; nothing is granted that could take it, where",
                "brokers tell how much room they have (default: ${DEFAULT-VALUE})."
            })
    private long diskReserve;

    @Option(
            names = "--silence",
            paramLabel = "DURATION",
            defaultValue = "PT10M",
            converter = DurationConverter.class,
            description = {
                "After so long without a sign of a capture that has not ended it is taken for dead;",
                "longer than the --stall-timeout of sinks (default: ${DEFAULT-VALUE})."
            })
    private Duration silence;

    @Option(
            names = "--patience",
            paramLabel = "DURATION",
            defaultValue = "PT2H",
            converter = DurationConverter.class,
            description =
                    "How long files may take after the last sign of a capture that has ended (default: ${DEFAULT-VALUE}).")
    private Duration patience;

    AdmitCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        Map<String, Object> client = kafka.client();
        GateSettings settings;
        try {
            settings = new GateSettings(client, kafka.topics(), inFlight, diskReserve, silence, patience);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, Failures.oneLine(e.getMessage()), e);
        }
        try (Cluster cluster = Cluster.connect(client)) {
            cluster.requireTopics(kafka.topics());
        }
        GateService service = teardown.add(new GateService(settings, new Lines(console())));
        service.start();
        console()
                .log("Admitting " + Sizes.binary(inFlight) + " in flight on " + kafka.bootstrapServer()
                        + "; interrupt to end.");
        teardown.add(OutageWatch.begin(console(), client, kafka.topics().admissions()));
        return LongRunning.await(service::failure);
    }

    private record Lines(Console console) implements GateListener {
        @Override
        public void active(int granted, int waiting, long inFlight) {
            console.log("This gate is at work: " + granted + " dumps in flight with " + Sizes.binary(inFlight) + ", "
                    + waiting + " waiting.");
        }

        @Override
        public void standby() {
            console.log("This gate is not at work: another one is, or the cluster is gone and it waits for its turn.");
        }

        @Override
        public void said(Admission admission) {
            String what = admission.getState().name().toLowerCase(Locale.ROOT);
            String ahead = admission.getState() == AdmissionState.WAITING ? ", " + admission.getAhead() + " ahead" : "";
            String reason = admission.getReason().isEmpty() ? "" : ": " + Failures.oneLine(admission.getReason());
            console.print(admission.getDumpId() + " " + what + " " + admission.getBytes() + " in flight "
                    + admission.getInFlight() + ahead + reason);
        }
    }
}
