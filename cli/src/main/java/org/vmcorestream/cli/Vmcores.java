// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.VmcoreException;

/** Opens the vmcore that a command was given. */
final class Vmcores {
    private Vmcores() {}

    /** Opens it. Whatever is wrong with the file ends the command with {@link ExitCode#BAD_VMCORE}. */
    static Vmcore open(Path file) {
        if (file.toString().isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "the name of the vmcore is empty, expected a file");
        }
        if (Files.isDirectory(file)) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, file + ": is a folder, expected a vmcore");
        }
        try {
            return Vmcore.open(file);
        } catch (VmcoreException e) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, Failures.oneLine(e.getMessage()), e);
        } catch (FileSystemException e) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, file + ": " + Failures.reason(e), e);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, file + ": cannot be read: " + Failures.reason(e), e);
        }
    }
}
