// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vmcorestream.vmcore.OpenSettings;
import org.vmcorestream.vmcore.Vmcore;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a vmcore is opened: what it does not say itself, and how its files are read. */
final class InputOptions {
    /** What a VMCORE can be, for help texts. */
    static final String VMCORE = "Vmcore to read: ELF, kdump, or one of them flattened; all files of a split dump;";

    /** The rest of it. */
    static final String STREAM = "a file, s3://BUCKET/KEY for an object of a store, - for standard input.";

    @Option(
            names = "--vmcoreinfo",
            paramLabel = "FILE",
            description = {
                "Text of the kernel's VMCOREINFO, for a vmcore without it (kdump header versions 1",
                "and 2, QEMU without -device vmcoreinfo)."
            })
    private Path vmcoreInfo;

    @Mixin
    private SourceOptions sources;

    /** How its files are read. */
    SourceOptions sources() {
        return sources;
    }

    /**
     * Opens a vmcore, and says when it was cut.
     *
     * @param teardown closes it
     */
    Vmcore open(Console console, Teardown teardown, List<DumpInput> inputs) {
        return open(console, teardown, inputs, false);
    }

    /**
     * Opens a vmcore that is captured.
     *
     * @param recompress whether pages of a kdump file are compressed anew where they could be taken as they are
     */
    Vmcore open(Console console, Teardown teardown, List<DumpInput> inputs, boolean recompress) {
        Vmcore opened = sources.open(
                console,
                teardown,
                inputs,
                (files, room, listener) -> Vmcore.openSources(
                        files,
                        new OpenSettings(
                                Optional.ofNullable(vmcoreInfo),
                                room,
                                listener,
                                InputStream.nullInputStream(),
                                recompress)));
        opened.cut().ifPresent(console::complain);
        return opened;
    }
}
