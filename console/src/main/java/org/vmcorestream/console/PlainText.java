// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

/** Text from elsewhere as one line of bounded length: nothing that breaks a line, hides or reorders what is shown. */
final class PlainText {
    /** Longest message in characters. */
    static final int MAX_MESSAGE = 400;

    private PlainText() {}

    /** At most {@code max} characters of a text; blanks instead of control and formatting characters, null as empty. */
    static String line(String text, int max) {
        if (text == null) {
            return "";
        }
        String cut = text.length() <= max ? text : text.substring(0, max - 1) + "…";
        StringBuilder line = new StringBuilder(cut.length());
        cut.codePoints().map(PlainText::shown).forEach(line::appendCodePoint);
        return line.toString().strip();
    }

    private static int shown(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> ' ';
            default -> c;
        };
    }

    /** An exception as one line: its message and that of the deepest cause that says more. */
    static String line(Throwable problem) {
        String message = message(problem);
        String deeper = message(root(problem));
        return line(message.contains(deeper) ? message : message + ": " + deeper, MAX_MESSAGE);
    }

    /** The deepest cause of an exception, or itself where it has none. */
    static Throwable root(Throwable problem) {
        Throwable root = problem;
        for (int depth = 0; root.getCause() != null && depth < 16; depth++) {
            root = root.getCause();
        }
        return root;
    }

    private static String message(Throwable problem) {
        String message = problem.getMessage();
        boolean clear = message != null && message.contains(" ");
        String kind = problem.getClass().getSimpleName();
        return clear ? message : message == null ? kind : kind + ": " + message;
    }
}
