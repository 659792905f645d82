// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import org.vmcorestream.console.AlarmThresholds;
import org.vmcorestream.console.ConsoleService;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Watches exclusion ratios: metrics and alarms, until it is told to stop. */
@Command(
        name = "console",
        description = {
            "Watches exclusion ratios until it is interrupted: metrics, a page for people, alarms.",
            "Follows what the stages say of dumps; /metrics is for Prometheus, /healthz for whoever restarts it. Where a",
            "filter may be broken an alarm is raised on topic alarms.",
            "It asks nobody who they are: let only those reach it who may see names of hosts and tenants."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream console --bootstrap-server kafka:9092",
            "  vmcore-stream console --bootstrap-server kafka:9092 --listen 0.0.0.0:9464"
        })
final class WatchCommand extends ConsoleCommand {
    @Mixin
    private KafkaOptions.Required kafka;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = ConsoleService.HOST + ":" + ConsoleService.PORT,
            converter = ListenAddress.Converter.class,
            description = "Where to listen; port 0 for any that is free (default: ${DEFAULT-VALUE}).")
    private ListenAddress listen;

    @Option(
            names = "--application-id",
            paramLabel = "ID",
            defaultValue = ProcessCommand.APPLICATION_ID,
            description = "Application id of the processors whose lag is watched (default: ${DEFAULT-VALUE}).")
    private String applicationId;

    @Option(
            names = "--tenant-labels",
            paramLabel = "NUMBER",
            defaultValue = "" + ConsoleService.TENANTS,
            description = {
                "Tenants with a label of their own, the first ones seen; the rest are 'other' (default:",
                "${DEFAULT-VALUE})."
            })
    private int tenants;

    @Option(
            names = "--rule-set-labels",
            paramLabel = "NUMBER",
            defaultValue = "" + ConsoleService.RULE_SETS,
            description = "Rule sets with a label of their own (default: ${DEFAULT-VALUE}).")
    private int ruleSets;

    WatchCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        ConsoleService.Settings settings = settings();
        try (Cluster cluster = Cluster.connect(kafka.client())) {
            cluster.requireTopics(kafka.topics());
        }
        ConsoleService service = teardown.add(new ConsoleService(settings));
        try {
            service.start();
        } catch (IllegalStateException e) {
            throw new CommandFailure(ExitCode.USAGE, "--listen: " + Failures.oneLine(e.getMessage()), e);
        }
        console()
                .log("Watching " + kafka.bootstrapServer() + " at http://"
                        + new ListenAddress(listen.host(), service.port()) + "/; interrupt to end.");
        return LongRunning.await(service::failure);
    }

    private ConsoleService.Settings settings() {
        try {
            return new ConsoleService.Settings(
                    kafka.client(),
                    kafka.topics(),
                    listen.host(),
                    listen.port(),
                    applicationId,
                    applicationId.isEmpty() ? "" : applicationId + ProcessCommand.REPLAY_GROUP_SUFFIX,
                    AlarmThresholds.USUAL,
                    tenants,
                    ruleSets);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, Failures.oneLine(e.getMessage()), e);
        }
    }
}
