// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vmcorestream.vmcore.OpenSettings;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.kdump.SplitDump;
import org.vmcorestream.vmcore.spool.SpoolException;

/** Opens the vmcore that a command was given. */
final class Vmcores {
    private Vmcores() {}

    /** Opens a file that needs no settings. */
    static Vmcore open(Path file) {
        return open(List.of(file), OpenSettings.USUAL);
    }

    /**
     * Opens one file, or all files of a split dump. Whatever is wrong with them ends the command with {@link
     * ExitCode#BAD_VMCORE}, having no room to spool them with {@link ExitCode#OUTPUT}.
     */
    static Vmcore open(List<Path> files, OpenSettings settings) {
        for (Path file : files) {
            if (file.toString().isEmpty()) {
                throw new CommandFailure(ExitCode.USAGE, "the name of the vmcore is empty, expected a file");
            }
            if (Files.isDirectory(file)) {
                throw new CommandFailure(ExitCode.BAD_VMCORE, file + ": is a folder, expected a vmcore");
            }
        }
        if (files.size() > SplitDump.MAX_PARTS) {
            throw new CommandFailure(
                    ExitCode.USAGE, files.size() + " files of a vmcore, expected at most " + SplitDump.MAX_PARTS);
        }
        Path file = files.get(0);
        try {
            return Vmcore.open(files, settings);
        } catch (SpoolException e) {
            throw new CommandFailure(ExitCode.OUTPUT, Failures.oneLine(e.getMessage()), e);
        } catch (VmcoreException e) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, Failures.oneLine(e.getMessage()), e);
        } catch (FileSystemException e) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, file + ": " + Failures.reason(e), e);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, file + ": cannot be read: " + Failures.reason(e), e);
        }
    }
}
