// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.nio.file.Files;
import java.nio.file.Path;

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
        if (folder == null || Files.isDirectory(path)) {
            throw new CommandFailure(ExitCode.OUTPUT, out + ": is a folder, expected the name of a file");
        }
        if (!Files.isDirectory(folder)) {
            throw new CommandFailure(ExitCode.OUTPUT, folder + ": no such folder");
        }
        if (!Files.isWritable(folder)) {
            throw new CommandFailure(ExitCode.OUTPUT, folder + ": cannot be written to");
        }
        if (Files.exists(path) && !force) {
            throw new CommandFailure(ExitCode.USAGE, out + ": exists; --force replaces it");
        }
        return new OutputFile(path);
    }
}
