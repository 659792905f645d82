// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vmcorestream.cli.broker.TemporaryFolder;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.kdump.DumpExport;
import org.vmcorestream.vmcore.kdump.StoredDump;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The whole line in one process: a vmcore in, a kdump file out. */
@Command(
        name = "run",
        description = {
            "Makes a kdump file of a vmcore, with a broker of its own: no cluster is needed.",
            "Leaves the file and, next to it, the kernel log."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream run guest.elf -o guest.kdump",
            "  vmcore-stream run guest.elf -o guest.kdump -d 17 --codec zlib",
            "  vmcore-stream run guest.elf -o guest.kdump --rule-set mine.yaml",
            "  vmcore-stream run part1 part2 part3 -o smaller.kdump -d 31",
            "  vmcore-stream run guest.elf -o - | ssh host makedumpfile -R vmcore",
            "  vmcore-stream run guest.elf -o guest.kdump --capture capture \\",
            "      --data-dir broker-data"
        })
final class RunCommand extends ConsoleCommand {
    @Parameters(
            arity = "1..*",
            paramLabel = "VMCORE",
            description = {InputOptions.VMCORE, InputOptions.STREAM})
    private List<DumpInput> vmcores;

    @Mixin
    private InputOptions input;

    @Mixin
    private RecompressOption recompress;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT",
            description = {
                "Kdump file to write, s3://BUCKET/KEY for an object of a store, or - for standard output,",
                "which is flattened. Other than a file, it is written once the dump is whole, and the",
                "kernel log is not."
            })
    private String out;

    @Mixin
    private LevelOptions level;

    @Option(
            names = "--capture",
            paramLabel = "NAME|FILE",
            converter = RuleSetOrFileConverter.class,
            description = "Rule set that says which pages travel at all (default: the one asked for).")
    private RuleSetName capture;

    @Mixin
    private FileOptions file;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = {
                "Keep the broker's data in this folder (default: a temporary one beside OUT, or in",
                "--spool-dir where OUT is no file)."
            })
    private Path dataDir;

    RunCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        Pipeline.Rules rules = Pipeline.Rules.of(level.name(), capture == null ? level.name() : capture, dataDir);
        return DumpOutput.isFile(out) ? runToFile(teardown, rules) : runElsewhere(teardown, rules);
    }

    private ExitCode runToFile(Teardown teardown, Pipeline.Rules rules) throws Exception {
        OutputFile output = OutputFile.of(console().file(DumpOutput.path(out).toString()), file.force());
        Vmcore opened = input.open(console(), teardown, vmcores, recompress.given());
        vmcores.forEach(output::spare);
        return new Pipeline(console(), teardown)
                .run(opened, new Pipeline.Job(output.path(), rules, file.codec(), dataDir));
    }

    /** Makes the file in a temporary folder, and writes it to where it belongs when it is whole. */
    private ExitCode runElsewhere(Teardown teardown, Pipeline.Rules rules) throws Exception {
        DumpOutput output = teardown.add(
                DumpOutput.of(out, file.force(), false, input.sources().store(), console()));
        vmcores.forEach(output::spare);
        if (dataDir != null) {
            Files.createDirectories(dataDir);
        }
        Path parent = dataDir == null ? input.sources().folder() : dataDir;
        TemporaryFolder folder = teardown.add(TemporaryFolder.create(parent, ".vmcore-stream-run-"));
        Vmcore opened = input.open(console(), teardown, vmcores, recompress.given());
        Path made = folder.path().resolve("vmcore").toAbsolutePath();
        ExitCode result = new Pipeline(output.console(), teardown)
                .run(opened, new Pipeline.Job(made, rules, file.codec(), dataDir, Optional.of(output.name())));
        ProgressBoard board = teardown.add(new ProgressBoard(console()));
        try (StoredDump dump = StoredDump.open(List.of(made))) {
            DumpExport.kdump(dump, dump.header().codec(), output, board.bar("Writing dump")::at);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.OUTPUT, Failures.oneLine(e.getMessage()), e);
        } finally {
            board.close();
        }
        return result;
    }
}
