// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.List;
import java.util.Locale;
import org.vmcorestream.archive.DumpCatalog;
import org.vmcorestream.archive.FileCatalog;
import org.vmcorestream.archive.StoredDump;
import org.vmcorestream.rulebook.DumpDescription;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.StripeState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows one dump. */
@Command(
        name = "show",
        description = {
            "Shows a dump: what it is, its stripes and its files, what is missing and how to go on.",
            "Of a stripe it says whether all, some or none of it was sent, as far as the capture told."
        },
        footerHeading = "%nExamples:%n",
        footer = "  vmcore-stream dumps show 01a20730-e308-7716-b966-546d825df2db --bootstrap-server kafka:9092")
final class DumpsShowCommand extends ConsoleCommand {
    private static final Table STRIPES = new Table()
            .number("STRIPE", 6)
            .number("PART", 4)
            .number("PARTITION", 9)
            .number("FIRST PFN", 12)
            .number("LAST PFN", 12)
            .text("METADATA", 8)
            .text("CONTENTS", 8)
            .number("PAGES", 12);

    @Parameters(paramLabel = "DUMP_ID", description = "The dump, see 'vmcore-stream dumps list'.")
    private String dumpId;

    @Mixin
    private KafkaOptions.Required kafka;

    @Mixin
    private ReportOptions report;

    DumpsShowCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        DumpSelection.checkId(dumpId);
        try (Cluster cluster = Cluster.connect(kafka.client())) {
            cluster.requireTopics(kafka.topics());
        }
        DumpCatalog catalog = teardown.add(DumpCatalog.open(kafka.client(), kafka.topics()));
        StoredDump dump = DumpSelection.find(catalog, dumpId);
        FileCatalog files = FileCatalog.read(
                kafka.client(),
                kafka.topics(),
                dump.description().openedAt(),
                problem -> console().complain(Printable.line(problem)));
        if (report.json()) {
            Json json = DumpsListCommand.json(dump, files.of(dumpId));
            json.put(
                    "stripes",
                    dump.dump().getStripes().stream()
                            .map(DumpsShowCommand::json)
                            .toList());
            json.put(
                    "earlyPages",
                    dump.dump().getEarly().stream().map(DumpsShowCommand::json).toList());
            console().print(json.line());
            return ExitCode.OK;
        }
        describe(dump);
        console().print("");
        console().print(STRIPES.header());
        dump.dump().getEarly().forEach(early -> console().print(row(early)));
        dump.dump().getStripes().forEach(stripe -> console().print(row(stripe)));
        console().print("");
        show(dump, files.of(dumpId));
        return ExitCode.OK;
    }

    private void describe(StoredDump stored) {
        DumpDescription dump = stored.description();
        line("Dump", dump.id());
        line("Opened", Times.second(dump.openedAt()));
        line("State", dump.state().toLowerCase(Locale.ROOT));
        line("Memory", Sizes.binary(dump.memoryBytes()));
        line("Kernel", dump.facts().kernelRelease() + " " + dump.facts().machine());
        line("Node", dump.nodename());
        line("Host", dump.facts().host());
        line("Tenant", dump.facts().tenant());
        line("Crash", dump.facts().crashReason());
        line("Captured by", dump.captureRuleSet());
        line("Rule sets", String.join(", ", dump.ruleSets()));
    }

    private void line(String label, String value) {
        console().print(String.format(Locale.ROOT, "%-16s: %s", label, value.isEmpty() ? "-" : Printable.line(value)));
    }

    private static String row(StripeState stripe) {
        return STRIPES.row(
                stripe.getStripe() < 0 ? "early" : stripe.getStripe(),
                stripe.getPart(),
                stripe.getPartition(),
                stripe.getFirstPfn(),
                stripe.getEndPfn() - 1,
                stripe.getStripe() < 0 ? "-" : howMuch(stripe.getMetadataOffset(), stripe.getMetadataEnd()),
                howMuch(stripe.getDataOffset(), stripe.getDataEnd()),
                stripe.getDataEnd() >= 0 ? Shortfall.number(stripe.getPages()) : "-");
    }

    private static String howMuch(long first, long end) {
        return end >= 0 ? "all" : first >= 0 ? "some" : "none";
    }

    private static Object json(StripeState stripe) {
        return new Json()
                .put("stripe", stripe.getStripe())
                .put("part", stripe.getPart())
                .put("partition", stripe.getPartition())
                .put("firstPfn", stripe.getFirstPfn())
                .put("endPfn", stripe.getEndPfn())
                .put("metadata", howMuch(stripe.getMetadataOffset(), stripe.getMetadataEnd()))
                .put("contents", howMuch(stripe.getDataOffset(), stripe.getDataEnd()))
                .fields();
    }

    private void show(StoredDump dump, List<DumpFile> files) {
        if (files.isEmpty()) {
            console().print("No file was made of it yet.");
        }
        for (DumpFile file : files) {
            if (!file.getLocation().isEmpty()) {
                console()
                        .print(Printable.line(Shortfall.name(file) + ": " + file.getLocation() + ", "
                                + Sizes.binary(file.getSize()) + ", " + Shortfall.number(file.getPagesWritten())
                                + " pages" + (file.getComplete() ? ", complete" : "")));
            }
            file.getProblems().forEach(problem -> console().print("  " + Printable.line(problem)));
        }
        List<String> lacks = Shortfall.lines(dump, files);
        if (!lacks.isEmpty()) {
            console().print("");
            lacks.forEach(console()::print);
        }
    }
}
