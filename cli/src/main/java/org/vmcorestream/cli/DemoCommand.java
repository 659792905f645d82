// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vmcorestream.cli.broker.TemporaryFolder;
import org.vmcorestream.vmcore.Vmcore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run} on the vmcore that comes with this project. */
@Command(
        name = "demo",
        description = {
            "Makes a kdump file of the vmcore that comes with vmcore-stream.",
            "It is of a Linux 7.2 guest of 256 MiB, 48 MiB of which it had not accepted when it crashed."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  vmcore-stream demo", "  vmcore-stream demo -o /tmp/demo.kdump -d 17"})
final class DemoCommand extends ConsoleCommand {
    private static final String VMCORE = "linux-7.2-demo.elf";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            defaultValue = "demo.kdump",
            description = "Kdump file to write (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Mixin
    private LevelOptions level;

    @Mixin
    private FileOptions file;

    DemoCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        Pipeline.Rules rules = Pipeline.Rules.of(level.name(), level.name(), null);
        OutputFile output = OutputFile.of(out, file.force());
        TemporaryFolder folder =
                teardown.add(TemporaryFolder.create(output.path().getParent(), ".vmcore-stream-demo-"));
        Vmcore opened = teardown.add(Vmcore.open(unpack(folder.path())));
        return new Pipeline(console(), teardown)
                .run(opened, new Pipeline.Job(output.path(), rules, file.codec(), null));
    }

    /** Unpacks its vmcore into a folder. */
    static Path unpack(Path folder) throws IOException {
        Path vmcore = folder.resolve(VMCORE);
        try (InputStream packed = DemoCommand.class.getResourceAsStream("demo/" + VMCORE + ".zst");
                InputStream unpacked = new ZstdInputStream(packed)) {
            Files.copy(unpacked, vmcore);
        }
        return vmcore;
    }
}
