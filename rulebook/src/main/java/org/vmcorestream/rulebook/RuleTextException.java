// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

/** A rule set or condition that cannot be: where, and what was expected. */
public final class RuleTextException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    /**
     * A mistake at a place.
     *
     * @param source name of the text, for example of its file
     * @param line from 1
     * @param column from 1
     * @param problem one line
     */
    public RuleTextException(String source, int line, int column, String problem) {
        super(source + ":" + line + ":" + column + ": " + problem);
        this.line = line;
        this.column = column;
    }

    /** Line of the mistake, from 1. */
    public int line() {
        return line;
    }

    /** Column of the mistake, from 1. */
    public int column() {
        return column;
    }
}
