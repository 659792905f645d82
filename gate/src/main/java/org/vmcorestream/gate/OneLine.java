// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

/** Text from elsewhere as one line of bounded length. */
final class OneLine {
    private static final int MAX_LENGTH = 400;

    private OneLine() {}

    /** A text without what breaks or hides a line. */
    static String of(String text) {
        String line = String.valueOf(text)
                .replaceAll("[\\p{Cntrl}\\p{Cf}\\x{2028}\\x{2029}]+", " ")
                .strip();
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH - 1) + "…";
    }

    /** Message of an exception and of the deepest cause that says more. */
    static String of(Throwable problem) {
        Throwable root = problem;
        for (int depth = 0; root.getCause() != null && depth < 16; depth++) {
            root = root.getCause();
        }
        String message = message(problem);
        String deeper = message(root);
        return of(message.contains(deeper) ? message : message + ": " + deeper);
    }

    private static String message(Throwable problem) {
        String message = problem.getMessage();
        return message == null || message.isBlank() ? problem.getClass().getSimpleName() : message;
    }
}
