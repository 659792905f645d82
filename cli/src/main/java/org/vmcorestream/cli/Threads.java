// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

/** Numbers of threads on the command line. */
final class Threads {
    private static final int MAX = 1024;

    private Threads() {}

    /**
     * The number given, one a CPU where none was.
     *
     * @param option name of the option, for the complaint
     */
    static int number(String option, Integer given) {
        if (given == null) {
            return Math.max(1, Runtime.getRuntime().availableProcessors());
        }
        if (given < 1 || given > MAX) {
            throw new CommandFailure(ExitCode.USAGE, option + " " + given + ", expected 1 to " + MAX);
        }
        return given;
    }
}
