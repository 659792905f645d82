// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with one file, in lines: bounded in number and length whatever a topic holds. Belongs to one thread. */
final class Problems {
    /** Most lines kept; more are counted. */
    static final int MAX_LINES = 100;

    /** Longest line in characters. */
    static final int MAX_LENGTH = 400;

    private final List<String> lines = new ArrayList<>();
    private long more;

    /** Adds a problem. */
    void add(String problem) {
        if (lines.size() < MAX_LINES) {
            lines.add(line(problem));
        } else {
            more++;
        }
    }

    /** Whether there are none. */
    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** The problems, one line each. */
    List<String> lines() {
        List<String> all = new ArrayList<>(lines);
        if (more > 0) {
            all.add("and " + more + " more problems");
        }
        return all;
    }

    /** A text from elsewhere as one line of bounded length, without control characters. */
    static String line(String text) {
        String cut = text == null ? "" : text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH - 1) + "…";
        StringBuilder line = new StringBuilder(cut.length());
        cut.codePoints()
                .map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c)
                .forEach(line::appendCodePoint);
        return line.toString();
    }

    /** An exception as one line: its message, with its kind where that says more. */
    static String line(Throwable problem) {
        String message = problem.getMessage();
        boolean clear = message != null && message.contains(" ");
        String kind = problem.getClass().getSimpleName();
        return line(clear ? message : message == null ? kind : kind + ": " + message);
    }
}
