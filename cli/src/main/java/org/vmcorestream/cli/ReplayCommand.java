// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.archive.DumpCatalog;
import org.vmcorestream.archive.ReplayForecast;
import org.vmcorestream.archive.ReplayTracker;
import org.vmcorestream.archive.Replays;
import org.vmcorestream.rules.RuleSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Has stored dumps decided once more, and files made of them. */
@Command(
        name = "replay",
        description = {
            "Decides stored dumps once more, under another rule set, and makes files of them.",
            "The hosts that they come from are not needed: processors and sinks do the work, beside the dumps that come.",
            "Prints a line for each dump; ends with code 6 where a file lacks pages or there is none."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream replay --dump 019ab1d2-5c3e-7aaa-8b00-2f1e4c6d8a90 --rule-set 17 \\",
            "      --bootstrap-server kafka:9092",
            "  vmcore-stream replay --where 'dump.tenant == \"acme\"' --by-duration P7D --rule-set mine \\",
            "      --bootstrap-server kafka:9092 --dry-run"
        })
final class ReplayCommand extends ConsoleCommand {
    private static final Duration LOOK = Duration.ofMillis(500);

    @Option(
            names = "--rule-set",
            required = true,
            paramLabel = "NAME",
            converter = RuleSetNameConverter.class,
            description = "Rule set, built-in or published; of a published one without a version the newest now.")
    private RuleSetName ruleSet;

    @Mixin
    private DumpSelection selection;

    @Option(names = "--all", description = "All dumps of the cluster.")
    private boolean all;

    @Option(names = "--verdicts-only", description = "Only decide; make no files.")
    private boolean verdictsOnly;

    @Option(
            names = "--dry-run",
            description = {
                "Change nothing: only say for each dump what a file would hold, and what it could not",
                "hold because it was never captured or has expired."
            })
    private boolean dryRun;

    @Option(names = "--no-wait", description = "Only ask for it, print the replay's id, and do not wait.")
    private boolean noWait;

    @Mixin
    private KafkaOptions.Required kafka;

    @Mixin
    private ReportOptions report;

    ReplayCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        if (all == selection.given()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    all
                            ? "--all stands beside a choice of dumps, expected one or the other"
                            : "no dumps are chosen, expected --dump, --where, a range of time, or --all");
        }
        DumpSelection.Chosen chosen = selection.check();
        try (Cluster cluster = Cluster.connect(kafka.client())) {
            cluster.requireTopics(kafka.topics());
        }
        RuleSetFinder finder = teardown.add(RuleSetFinder.in(kafka));
        RuleSet asked = finder.find(ruleSet);
        DumpCatalog catalog = teardown.add(DumpCatalog.open(kafka.client(), kafka.topics()));
        if (dryRun) {
            ForecastReport forecast = new ForecastReport(console(), report.json());
            ReplayForecast replay = teardown.add(
                    ReplayForecast.open(kafka.client(), kafka.topics(), finder.shelf()::named, asked, forecast::row));
            chosen.each(catalog, console(), replay::add);
            replay.finish();
            forecast.end(asked);
            return ExitCode.OK;
        }
        List<String> ids = new ArrayList<>();
        chosen.each(catalog, console(), dump -> ids.add(dump.id()));
        if (ids.isEmpty()) {
            console().log("No dump that was asked for.");
            return ExitCode.OK;
        }
        Replays replays = teardown.add(Replays.open(kafka.client(), kafka.topics()));
        ReplayTracker tracker = teardown.add(replays.ask(asked.name(), verdictsOnly, RulesPublishCommand.user(), ids));
        if (noWait) {
            console()
                    .print(
                            report.json()
                                    ? new Json()
                                            .put("replay", tracker.replayId())
                                            .put("ruleSet", asked.name())
                                            .put("dumps", ids)
                                            .line()
                                    : tracker.replayId());
            return ExitCode.OK;
        }
        return await(teardown, tracker, asked, ids.size());
    }

    private ExitCode await(Teardown teardown, ReplayTracker tracker, RuleSet asked, int dumps) {
        console()
                .log("Replay " + tracker.replayId() + " of " + dumps + (dumps == 1 ? " dump" : " dumps") + " under "
                        + asked.name() + "; interrupt to wait no longer, it goes on.");
        ProgressBoard board = teardown.add(new ProgressBoard(console()));
        ReplayReport written = new ReplayReport(console(), report.json(), board, dumps, verdictsOnly);
        try {
            while (!tracker.await(LOOK, written)) {
                written.waiting(tracker.waitingForFiles());
            }
        } finally {
            board.close();
        }
        return written.end(tracker.replayId(), asked);
    }
}
