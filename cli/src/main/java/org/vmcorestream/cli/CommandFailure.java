// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

/** A command cannot go on, and the user can do something about it. The message is one line, without the program's name. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    CommandFailure(ExitCode exitCode, String message) {
        this(exitCode, message, null);
    }

    CommandFailure(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** How the process is to end. */
    ExitCode exitCode() {
        return exitCode;
    }
}
