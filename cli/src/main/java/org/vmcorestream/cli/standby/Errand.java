// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.standby;

import java.util.List;

/**
 * A command line to be done elsewhere.
 *
 * @param folder what relative paths begin with, absolute
 * @param terminal whether the user's standard error is a terminal
 * @param words the command and its arguments, 1 to {@value #MAX_WORDS} of them
 */
public record Errand(String folder, boolean terminal, List<String> words) {
    /** Most words of a command line. */
    public static final int MAX_WORDS = 1024;

    /** Copies the words. */
    public Errand {
        words = List.copyOf(words);
    }
}
