// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

/** Numbers of threads on the command line. */
final class Threads {
    /** Most threads or files at once where nothing asks for less. */
    static final int MAX = 1024;

    private Threads() {}

    /**
     * The number given, one a CPU where none was. Machines with more CPUs than threads are of use for are common among hosts
     * of virtual machines: those get the most there can be.
     *
     * @param option name of the option, for the complaint
     * @param max the most there can be
     */
    static int number(String option, Integer given, int max) {
        return number(option, given, max, Runtime.getRuntime().availableProcessors());
    }

    /** The same on a machine with so many CPUs. */
    static int number(String option, Integer given, int max, int processors) {
        if (given == null) {
            return Math.max(1, Math.min(max, processors));
        }
        if (given < 1 || given > max) {
            throw new CommandFailure(ExitCode.USAGE, option + " " + given + ", expected 1 to " + max);
        }
        return given;
    }
}
