// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

/** How a command ended, as the shell sees it. */
public enum ExitCode {
    /** Done. */
    OK(0, "done"),
    /** A fault of vmcore-stream itself. */
    INTERNAL(1, "internal error: please report it"),
    /** The command line or a file it names is wrong. */
    USAGE(2, "wrong command line, or a file it names is wrong"),
    /** The vmcore cannot be read or is not one. */
    BAD_VMCORE(3, "the vmcore cannot be used"),
    /** No broker answers, or topics are missing or wrong. */
    KAFKA(4, "Kafka cannot be reached, or its topics are missing or wrong"),
    /** A file cannot be written, for example because the disk is full. */
    OUTPUT(5, "output cannot be written, for example because the disk is full"),
    /** A file was written that lacks pages; what it lacks was said. */
    INCOMPLETE(6, "the dump file was written, but lacks pages"),
    /** Ended by SIGINT; the number is the shell's convention. */
    INTERRUPTED(130, "interrupted");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /** Number that the process ends with. */
    public int number() {
        return number;
    }

    /** What it means, in a few words. */
    public String meaning() {
        return meaning;
    }
}
