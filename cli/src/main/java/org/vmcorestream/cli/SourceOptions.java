// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import org.vmcorestream.storage.S3Store;
import org.vmcorestream.vmcore.OpenSettings;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.spool.DumpSource;
import org.vmcorestream.vmcore.spool.SpoolException;
import org.vmcorestream.vmcore.spool.SpoolListener;
import org.vmcorestream.vmcore.spool.SpoolRoom;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How the files of a dump are read: where a stream is kept meanwhile, and how a store is spoken to. */
final class SourceOptions {
    @Option(
            names = "--spool-dir",
            paramLabel = "DIR",
            description = {
                "Where a stream or a flattened file is kept while it is read, in a file without",
                "a name (default: /var/tmp)."
            })
    private Path spoolDir;

    @Option(
            names = "--spool-limit",
            paramLabel = "BYTES",
            converter = ByteSizeConverter.class,
            description = "Most bytes of it (default: what the disk has room for).")
    private Long spoolLimit;

    @Mixin
    private StoreOptions store;

    /** How a store is spoken to. */
    StoreOptions store() {
        return store;
    }

    /** Where streams are kept. */
    Path folder() {
        return spoolDir == null ? OpenSettings.USUAL.spool().folder() : spoolDir;
    }

    /** What is opened from sources. */
    interface Opening<T extends AutoCloseable> {
        T open(List<DumpSource> sources, SpoolRoom room, SpoolListener listener) throws IOException;
    }

    /**
     * Opens the files of a dump, and shows how far spooling is. Whatever is wrong with them ends the command with {@link
     * ExitCode#BAD_VMCORE}, having no room to spool them with {@link ExitCode#OUTPUT}.
     *
     * @param teardown closes what is opened
     */
    <T extends AutoCloseable> T open(Console console, Teardown teardown, List<DumpInput> inputs, Opening<T> opening) {
        DumpInput.check(inputs);
        if (spoolLimit != null && spoolLimit < 1) {
            throw new CommandFailure(ExitCode.USAGE, "--spool-limit " + spoolLimit + ", expected at least 1");
        }
        SpoolRoom room = new SpoolRoom(folder(), spoolLimit == null ? SpoolRoom.NO_LIMIT : spoolLimit);
        boolean objects = inputs.stream().anyMatch(input -> input.object() != null);
        S3Store opened = objects ? teardown.add(store.open()) : null;
        List<DumpSource> sources =
                inputs.stream().map(input -> input.source(System.in, opened)).toList();
        try (SpoolBar bar = new SpoolBar(console)) {
            return teardown.add(opening.open(sources, room, bar));
        } catch (SpoolException e) {
            throw new CommandFailure(ExitCode.OUTPUT, Failures.oneLine(e.getMessage()), e);
        } catch (VmcoreException e) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, Failures.oneLine(e.getMessage()), e);
        } catch (FileSystemException e) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, inputs.get(0) + ": " + Failures.reason(e), e);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, inputs.get(0) + ": cannot be read: " + Failures.reason(e), e);
        }
    }
}
