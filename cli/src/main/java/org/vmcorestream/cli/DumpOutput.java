// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.vmcorestream.vmcore.file.DumpTarget;
import org.vmcorestream.vmcore.file.FlattenedTarget;
import org.vmcorestream.vmcore.file.StreamTarget;
import org.vmcorestream.vmcore.kdump.DumpExport;

/**
 * Where a command writes a dump file to, as its option {@code -o} says: a file, or {@code -} for standard output.
 *
 * @param name as it was given
 * @param file file to write; null for standard output
 * @param flattened whether it is written in makedumpfile's flattened format
 */
record DumpOutput(String name, OutputFile file, boolean flattened) {
    private static final String STANDARD_OUTPUT = "-";

    /**
     * Checks that it can be written and would not replace another file.
     *
     * @param force whether it may
     */
    static DumpOutput of(String out, boolean force, boolean flattened) {
        if (out.equals(STANDARD_OUTPUT)) {
            return new DumpOutput("standard output", null, true);
        }
        return new DumpOutput(out, OutputFile.of(Path.of(out), force), flattened);
    }

    /** Refuses to replace a file that is read. */
    void spare(Path input) {
        if (file != null) {
            file.spare(input);
        }
    }

    /** Begins to write. */
    DumpTarget open(Console console) {
        try {
            DumpTarget target = file == null ? new StreamTarget(name, console.bytes()) : DumpExport.file(file.path());
            return flattened ? new FlattenedTarget(target) : target;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.OUTPUT, Failures.oneLine(e.getMessage()), e);
        }
    }

    /** Says what was written, on standard output unless that is what was written. */
    void tell(Console console, String line) {
        if (file == null) {
            console.log(name + ": " + line);
        } else {
            console.print(name + ": " + line);
        }
    }
}
