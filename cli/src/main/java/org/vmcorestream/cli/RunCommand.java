// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.nio.file.Path;
import java.util.List;
import org.vmcorestream.vmcore.Vmcore;
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
            "  vmcore-stream run guest.elf -o guest.kdump --capture capture \\",
            "      --data-dir broker-data"
        })
final class RunCommand extends ConsoleCommand {
    @Parameters(
            arity = "1..*",
            paramLabel = "VMCORE",
            description = {InputOptions.VMCORE, InputOptions.STREAM})
    private List<Path> vmcores;

    @Mixin
    private InputOptions input;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT",
            description = "Kdump file to write.")
    private Path out;

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
            description = "Keep the broker's data in this folder (default: a temporary one beside OUT).")
    private Path dataDir;

    RunCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        Pipeline.Rules rules = Pipeline.Rules.of(level.name(), capture == null ? level.name() : capture, dataDir);
        OutputFile output = OutputFile.of(out, file.force());
        Vmcore opened = teardown.add(input.open(console(), vmcores));
        vmcores.forEach(output::spare);
        return new Pipeline(console(), teardown)
                .run(opened, new Pipeline.Job(output.path(), rules, file.codec(), dataDir));
    }
}
