// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

/** What went wrong, in one line. */
final class OneLine {
    private static final int MAX_LENGTH = 1000;

    private OneLine() {}

    /** Message of an exception and of the deepest cause that says more; the name of its class where it has none. */
    static String of(Throwable exception) {
        Throwable cause = exception;
        for (int depth = 0; cause.getCause() != null && depth < 16; depth++) {
            cause = cause.getCause();
        }
        String message = message(exception);
        String deeper = message(cause);
        return clean(message.contains(deeper) ? message : message + ": " + deeper);
    }

    private static String message(Throwable exception) {
        String message = exception.getMessage();
        return message == null || message.isBlank() ? exception.getClass().getSimpleName() : message;
    }

    private static String clean(String message) {
        String line = message.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH - 1) + "…";
    }
}
