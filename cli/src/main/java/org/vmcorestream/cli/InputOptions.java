// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vmcorestream.vmcore.OpenSettings;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.spool.SpoolRoom;
import picocli.CommandLine.Option;

/** How a vmcore is opened: what it does not say itself, and where a stream is kept meanwhile. */
final class InputOptions {
    /** What a VMCORE can be, for help texts. */
    static final String VMCORE =
            "Vmcore to read: ELF, kdump, or one of them flattened; all files of a split dump; - is";

    /** The rest of it. */
    static final String STREAM = "standard input.";

    @Option(
            names = "--vmcoreinfo",
            paramLabel = "FILE",
            description = {
                "Text of the kernel's VMCOREINFO, for a vmcore without it (kdump header versions 1 and 2, QEMU without",
                "-device vmcoreinfo)."
            })
    private Path vmcoreInfo;

    @Option(
            names = "--spool-dir",
            paramLabel = "DIR",
            description = {
                "Where a stream or a flattened file is kept while it is read, in a file without a name (default:",
                "/var/tmp)."
            })
    private Path spoolDir;

    @Option(
            names = "--spool-limit",
            paramLabel = "BYTES",
            converter = ByteSizeConverter.class,
            description = "Most bytes of it (default: what the disk has room for).")
    private Long spoolLimit;

    /** Opens a vmcore, and shows how far spooling is. */
    Vmcore open(Console console, List<Path> files) {
        if (spoolLimit != null && spoolLimit < 1) {
            throw new CommandFailure(ExitCode.USAGE, "--spool-limit " + spoolLimit + ", expected at least 1");
        }
        SpoolRoom usual = OpenSettings.USUAL.spool();
        SpoolRoom room = new SpoolRoom(
                spoolDir == null ? usual.folder() : spoolDir, spoolLimit == null ? usual.limit() : spoolLimit);
        try (SpoolBar bar = new SpoolBar(console)) {
            return Vmcores.open(files, new OpenSettings(Optional.ofNullable(vmcoreInfo), room, bar, System.in));
        }
    }
}
