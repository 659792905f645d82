// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.vmcorestream.archive.DumpCatalog;
import org.vmcorestream.archive.FileCatalog;
import org.vmcorestream.archive.StoredDump;
import org.vmcorestream.rulebook.DumpDescription;
import org.vmcorestream.schemas.records.DumpFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists dumps. */
@Command(
        name = "list",
        description = {
            "Lists dumps, oldest first.",
            "Prints id, when it was opened (UTC), state, memory, kernel, host, tenant, and why the kernel crashed;",
            "below a dump that is not whole, or whose files are not, what is missing."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream dumps list --bootstrap-server kafka:9092 --by-duration P1D",
            "  vmcore-stream dumps list --bootstrap-server kafka:9092 --from 2026-11-01 --to 2026-12-01 \\",
            "      --where 'dump.tenant == \"acme\"' --json"
        })
final class DumpsListCommand extends ConsoleCommand {
    private static final Table TABLE = new Table()
            .text("DUMP", 36)
            .text("OPENED", 20)
            .text("STATE", 9)
            .number("MEMORY", 10)
            .text("KERNEL", 24)
            .text("HOST", 16)
            .text("TENANT", 12)
            .text("CRASH", 0);

    @Mixin
    private KafkaOptions.Required kafka;

    @Mixin
    private DumpSelection selection;

    @Mixin
    private ReportOptions report;

    DumpsListCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        DumpSelection.Chosen chosen = selection.check();
        try (Cluster cluster = Cluster.connect(kafka.client())) {
            cluster.requireTopics(kafka.topics());
        }
        DumpCatalog catalog = teardown.add(DumpCatalog.open(kafka.client(), kafka.topics()));
        FileCatalog files = files(chosen);
        AtomicLong count = new AtomicLong();
        chosen.each(catalog, console(), dump -> {
            if (count.getAndIncrement() == 0 && !report.json()) {
                console().print(TABLE.header());
            }
            if (report.json()) {
                console().print(json(dump, files.of(dump.id())).line());
                return;
            }
            console().print(row(dump));
            Shortfall.lines(dump, files.of(dump.id())).forEach(line -> console().print("  " + line));
        });
        if (count.get() == 0) {
            console().log("No dump" + (selection.given() ? " that was asked for." : "."));
        }
        return ExitCode.OK;
    }

    private FileCatalog files(DumpSelection.Chosen chosen) {
        FileCatalog files = FileCatalog.read(
                kafka.client(),
                kafka.topics(),
                chosen.since(),
                problem -> console().complain(Printable.line(problem)));
        if (files.forgotten() > 0) {
            console()
                    .complain("what is missing is not said of the oldest " + files.forgotten()
                            + " files: they are more than are held, expected a shorter range of time");
        }
        return files;
    }

    private static String row(StoredDump stored) {
        DumpDescription dump = stored.description();
        return TABLE.row(
                dump.id(),
                Times.second(dump.openedAt()),
                dump.state().toLowerCase(Locale.ROOT),
                Sizes.binary(dump.memoryBytes()),
                dump.facts().kernelRelease(),
                dump.facts().host(),
                dump.facts().tenant().isEmpty() ? "-" : dump.facts().tenant(),
                dump.facts().crashReason());
    }

    /** All that is known of a dump and its files. */
    static Json json(StoredDump stored, List<DumpFile> files) {
        DumpDescription dump = stored.description();
        Json json = new Json()
                .put("dump", dump.id())
                .put("opened", dump.openedAt().toString())
                .put("state", dump.state())
                .put("memoryBytes", dump.memoryBytes())
                .put("cpus", dump.cpus())
                .put("kernelRelease", dump.facts().kernelRelease())
                .put("machine", dump.facts().machine())
                .put("nodename", dump.nodename())
                .put("buildId", dump.buildId())
                .put("host", dump.facts().host())
                .put("tenant", dump.facts().tenant())
                .put("source", dump.source());
        if (dump.crashTime().isAfter(Instant.EPOCH)) {
            json.put("crashTime", dump.crashTime().toString());
        }
        return json.put("crashReason", dump.facts().crashReason())
                .put("callTrace", dump.callTrace())
                .put("captureRuleSet", dump.captureRuleSet())
                .put("ruleSets", dump.ruleSets())
                .put("files", files.stream().map(DumpsListCommand::json).toList())
                .put("lacks", Shortfall.lines(stored, files));
    }

    private static Object json(DumpFile file) {
        return new Json()
                .put("ruleSet", file.getRuleSet())
                .put("part", file.getPart())
                .put("parts", file.getParts())
                .put("location", file.getLocation())
                .put("complete", file.getComplete())
                .put("pagesWritten", file.getPagesWritten())
                .put("missingPages", file.getMissingPages())
                .put("problems", file.getProblems())
                .fields();
    }
}
