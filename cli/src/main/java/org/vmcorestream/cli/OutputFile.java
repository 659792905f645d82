// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vmcorestream.sink.KernelLogFile;

/**
 * The file a command is to write, checked before any work is done.
 *
 * @param path absolute name
 */
record OutputFile(Path path) {
    /**
     * Checks that the file can be written and would not replace another one.
     *
     * @param force whether it may
     */
    static OutputFile of(Path out, boolean force) {
        Path path = out.toAbsolutePath().normalize();
        Path folder = path.getParent();
        if (out.toString().isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "--output is empty, expected the name of a file");
        }
        if (folder == null || Files.isDirectory(path)) {
            throw new CommandFailure(ExitCode.OUTPUT, out + ": is a folder, expected the name of a file");
        }
        if (!Files.isDirectory(folder)) {
            throw new CommandFailure(ExitCode.OUTPUT, folder + ": no such folder");
        }
        if (!Files.isWritable(folder)) {
            throw new CommandFailure(ExitCode.OUTPUT, folder + ": cannot be written to");
        }
        for (Path written : List.of(path, KernelLogFile.beside(path))) {
            if (Files.exists(written) && !Files.isRegularFile(written)) {
                throw new CommandFailure(
                        ExitCode.OUTPUT, written + ": is no regular file, expected one or a name that is not taken");
            }
        }
        if (Files.exists(path) && !force) {
            throw new CommandFailure(ExitCode.USAGE, out + ": exists; --force replaces it");
        }
        return new OutputFile(path);
    }

    /** Refuses to replace the only copy of the vmcore, by whatever name: not even {@code --force} means that. */
    void spare(DumpInput vmcore) {
        if (vmcore.file() == null) {
            return;
        }
        for (Path written : List.of(path, KernelLogFile.beside(path))) {
            try {
                if (Files.exists(written) && Files.exists(vmcore.file()) && Files.isSameFile(written, vmcore.file())) {
                    throw new CommandFailure(
                            ExitCode.USAGE, written + ": is the vmcore to read, expected another name for the output");
                }
            } catch (IOException e) {
                throw new CommandFailure(ExitCode.OUTPUT, written + ": " + Failures.reason(e), e);
            }
        }
    }
}
