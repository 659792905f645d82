// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

/** The characters of a YAML text, to find again where a character of a scalar stood. */
final class YamlText {
    private final String text;

    YamlText(String text) {
        this.text = text;
    }

    /** Offset of a place in the text, in chars; both from 0, the column in code points. */
    int offset(int line, int column) {
        int at = 0;
        for (int passed = 0; passed < line && at < text.length(); at++) {
            if (isBreak(at)) {
                passed++;
            }
        }
        for (int passed = 0; passed < column && at < text.length(); passed++) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    /** The place of an offset. */
    Place place(int offset) {
        int line = 1;
        int lineStart = 0;
        int end = Math.min(offset, text.length());
        for (int at = 0; at < end; at++) {
            if (isBreak(at)) {
                line++;
                lineStart = at + 1;
            }
        }
        return new Place(line, text.codePointCount(lineStart, end) + 1);
    }

    /** Offset of the first char of the line behind the one of {@code offset}. */
    int nextLine(int offset) {
        int at = offset;
        while (at < text.length() && !isBreak(at)) {
            at++;
        }
        return Math.min(at + 1, text.length());
    }

    /** The code point at an offset, -1 behind the end. */
    int codePoint(int offset) {
        return offset < text.length() ? text.codePointAt(offset) : -1;
    }

    /** A hexadecimal number of {@code digits} digits at an offset; a space where there is none. */
    int hex(int offset, int digits) {
        try {
            return Integer.parseInt(text.substring(offset, Math.min(text.length(), offset + digits)), 16);
        } catch (NumberFormatException e) {
            return ' ';
        }
    }

    /** Whether a line ends with this char; of CR LF, it is the LF. */
    private boolean isBreak(int at) {
        char c = text.charAt(at);
        if (c == '\r') {
            return at + 1 == text.length() || text.charAt(at + 1) != '\n';
        }
        return c == '\n' || c == '\u0085' || c == '\u2028' || c == '\u2029';
    }

    /** Whether a character is white space that YAML may fold. */
    static boolean isBlank(int codePoint) {
        return switch (codePoint) {
            case ' ', '\t', '\n', '\r', 0x85, 0x2028, 0x2029, 0xfeff -> true;
            default -> false;
        };
    }
}
