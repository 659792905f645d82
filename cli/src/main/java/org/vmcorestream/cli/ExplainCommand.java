// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmcorestream.archive.DumpCatalog;
import org.vmcorestream.archive.Explainer;
import org.vmcorestream.archive.Explanation;
import org.vmcorestream.archive.StoredDump;
import org.vmcorestream.archive.StoredMemory;
import org.vmcorestream.archive.StoredMetadata;
import org.vmcorestream.producer.DumpId;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.machine.Machine;
import org.vmcorestream.vmcore.memory.VmcoreInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says of one page what it is and why it stays or goes. */
@Command(
        name = "explain",
        description = {
            "Says what a page is, which block it belongs to, and which rule decided on it in each rule set named.",
            "The dump is one that a cluster stores, by its id, or a vmcore, for which no cluster is needed."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream explain guest.elf 26624",
            "  vmcore-stream explain guest.elf 0xffff888012345000 --rule-set 31 --rule-set mine.yaml",
            "  vmcore-stream explain 019ab1d2-5c3e-7aaa-8b00-2f1e4c6d8a90 0x12345000 \\",
            "      --rule-set mine@3 --bootstrap-server kafka:9092"
        })
final class ExplainCommand extends ConsoleCommand {
    @Parameters(
            arity = "2..*",
            hideParamSyntax = true,
            paramLabel = "DUMP... PFN|ADDRESS",
            description = {
                "Id of a stored dump, or a vmcore (all files of a split one; - is standard input).",
                "Then the page: its page frame number in decimal, or with 0x in front a physical",
                "or kernel virtual address in it. Of a stored dump only addresses in the kernel",
                "image (x86_64, riscv64) or the direct map (aarch64) can be translated."
            })
    private List<String> words;

    private String dump;

    private PageAddress page;

    @Mixin
    private InputOptions input;

    @Option(
            names = "--rule-set",
            paramLabel = "NAME|FILE",
            converter = RuleSetOrFileConverter.class,
            description = {
                "Rule set to ask; can be given several times (default: those that the dump asks for; else",
                "level-31)."
            })
    private List<RuleSetName> ruleSets = List.of();

    @Mixin
    private OriginOptions origin;

    @Mixin
    private KafkaOptions.IfNeeded kafka;

    @Mixin
    private ReportOptions report;

    ExplainCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        dump = words.get(0);
        page = PageAddress.of(words.get(words.size() - 1));
        RuleSetFinder finder = teardown.add(RuleSetFinder.in(kafka));
        if (words.size() == 2 && DumpId.isValid(dump)) {
            explainStored(teardown, finder);
        } else {
            explainVmcore(teardown, finder);
        }
        return ExitCode.OK;
    }

    private void explainVmcore(Teardown teardown, RuleSetFinder finder) throws Exception {
        List<RuleSet> asked = finder.find(ruleSets.isEmpty() ? List.of(RuleSetName.DEFAULT) : ruleSets);
        List<DumpInput> files = words.subList(0, words.size() - 1).stream()
                .map(word -> DumpInput.of(console(), word))
                .toList();
        Vmcore vmcore = input.open(console(), teardown, files);
        OptionalLong virtual =
                page.kind() == PageAddress.Kind.VIRTUAL ? vmcore.physicalAddress(page.number()) : OptionalLong.empty();
        if (page.kind() == PageAddress.Kind.VIRTUAL && virtual.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    dump + ": kernel address " + page.text()
                            + " is not mapped by the kernel's page tables, expected one"
                            + " that is, a physical address or a page frame number");
        }
        int shift = vmcore.pageFacts().pageShift();
        long pfn = pfn(virtual, shift, vmcore.memory().endPfn());
        print(Explainer.explain(new VmcoreMemory(vmcore, origin.facts(vmcore)), pfn, asked), shift);
    }

    private void explainStored(Teardown teardown, RuleSetFinder finder) throws Exception {
        if (!kafka.given()) {
            throw new CommandFailure(
                    ExitCode.USAGE, dump + " is the id of a stored dump, expected --bootstrap-server, or a vmcore");
        }
        try (Cluster cluster = Cluster.connect(kafka.client())) {
            cluster.requireTopics(kafka.topics());
        }
        DumpCatalog catalog = teardown.add(DumpCatalog.open(kafka.client(), kafka.topics()));
        StoredDump stored = DumpSelection.find(catalog, dump);
        Manifest manifest = stored.dump().getManifest();
        List<RuleSetName> names = ruleSets;
        if (names.isEmpty()) {
            names = manifest.getRuleSets().stream().map(RuleSetName::new).toList();
        }
        List<RuleSet> asked = finder.find(names.isEmpty() ? List.of(RuleSetName.DEFAULT) : names);
        StoredMetadata metadata = teardown.add(StoredMetadata.open(kafka.client(), kafka.topics()));
        long pfn = pfn(translated(manifest), stored.pageShift(), manifest.getEndPfn());
        print(Explainer.explain(new StoredMemory(stored, metadata), pfn, asked), stored.pageShift());
    }

    /** Page tables do not travel: only what lies in one piece can be found without them. */
    private OptionalLong translated(Manifest manifest) throws VmcoreException {
        if (page.kind() != PageAddress.Kind.VIRTUAL) {
            return OptionalLong.empty();
        }
        Optional<Machine> machine = Machine.named(manifest.getMachine());
        ByteBuffer text = manifest.getVmcoreinfo().duplicate();
        byte[] bytes = new byte[text.remaining()];
        text.get(bytes);
        VmcoreInfo info = new VmcoreInfo(dump, bytes);
        long physBase = manifest.getPhysBase();
        OptionalLong physical =
                machine.isPresent() ? machine.get().withoutTables(info, physBase, page.number()) : OptionalLong.empty();
        if (physical.isEmpty()) {
            String known = machine.map(its -> "one " + its.withoutTables(physBase) + ", ")
                    .orElse("");
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "kernel address " + page.text() + " cannot be translated, for page tables are not stored; expected "
                            + known + "a physical address or a page frame number, or the vmcore instead of the id");
        }
        return physical;
    }

    private long pfn(OptionalLong translated, int pageShift, long endPfn) {
        long pfn = translated.isPresent()
                ? translated.getAsLong() >>> pageShift
                : page.pfn(pageShift).orElseThrow();
        if (pfn >= endPfn) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    dump + ": " + page.text() + " is page frame " + pfn
                            + ", beyond the memory of the dump, expected 0 to " + (endPfn - 1));
        }
        return pfn;
    }

    private void print(Explanation explanation, int pageShift) {
        ExplanationReport written = new ExplanationReport(dump, explanation, pageShift);
        if (report.json()) {
            console().print(written.json().line());
        } else {
            written.lines().forEach(console()::print);
        }
    }
}
