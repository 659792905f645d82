// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

/** Texts from outside in messages of one line. */
final class OneLine {
    private static final int MAX_LENGTH = 400;

    private OneLine() {}

    /** What went wrong, without the names of classes where there is a message. */
    static String of(Throwable problem) {
        String message = problem.getMessage();
        return of(message == null || message.isBlank() ? problem.getClass().getSimpleName() : message);
    }

    /** A text without control characters, cut where it is long. */
    static String of(String text) {
        String cut = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "..." : text;
        return cut.strip().replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?");
    }
}
