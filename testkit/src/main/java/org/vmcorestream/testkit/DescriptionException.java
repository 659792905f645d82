// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/** A description of a vmcore that cannot be understood or laid out. The message names the line it is about. */
public final class DescriptionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    DescriptionException(int line, String problem) {
        super("line " + line + ": " + problem);
    }

    DescriptionException(String problem) {
        super(problem);
    }
}
