// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import org.yaml.snakeyaml.DumperOptions.ScalarStyle;

/**
 * A scalar of a YAML text that knows where each of its characters stood there.
 *
 * <p>Every character that is not white space stands in the text too, in the same order, whatever the style: as it is in plain
 * and block scalars, doubled or as an escape in quoted ones. White space may have been folded, so a place inside of it is that
 * of the next other character.
 *
 * @param text the value
 * @param place where it begins, quotes and block headers included
 * @param style how it is written
 * @param yaml the text it stands in
 */
record YamlScalar(String text, Place place, ScalarStyle style, YamlText yaml) {
    /**
     * The place in the YAML text of a character of the value.
     *
     * @param line line of the value, from 1
     * @param column column of the value in code points, from 0
     */
    Place placeOf(int line, int column) {
        return yaml.place(offsetOf(index(line, column)));
    }

    /** The name, with dots, that begins at a character of the value; empty when none does. */
    String wordAt(int line, int column) {
        int start = index(line, column);
        int end = start;
        while (end < text.length()
                && (Character.isLetterOrDigit(text.charAt(end)) || "._".indexOf(text.charAt(end)) >= 0)) {
            end++;
        }
        return text.substring(start, end);
    }

    /** Index in the value of a character. */
    private int index(int line, int column) {
        int target = 0;
        for (int passed = 1; passed < line; passed++) {
            int end = text.indexOf('\n', target);
            if (end < 0) {
                break;
            }
            target = end + 1;
        }
        for (int passed = 0; passed < column && target < text.length(); passed++) {
            target += Character.charCount(text.codePointAt(target));
        }
        return target;
    }

    /** Offset in the YAML text of the character at {@code target} of the value, or of the next that is not white space. */
    private int offsetOf(int target) {
        int offset = yaml.offset(place.line() - 1, place.column() - 1);
        switch (style) {
            case LITERAL, FOLDED -> offset = yaml.nextLine(offset);
            case SINGLE_QUOTED, DOUBLE_QUOTED -> offset++;
            default -> {}
        }
        for (int at = 0; at < text.length(); ) {
            int codePoint = text.codePointAt(at);
            if (!YamlText.isBlank(codePoint)) {
                offset = skipBlank(offset);
                if (at >= target) {
                    return offset;
                }
                offset += written(offset);
            }
            at += Character.charCount(codePoint);
        }
        return offset;
    }

    private int skipBlank(int offset) {
        int at = offset;
        while (yaml.codePoint(at) >= 0 && YamlText.isBlank(meaning(at))) {
            at += written(at);
        }
        return at;
    }

    /** The character that is written at an offset; white space for an escaped line break. */
    private int meaning(int offset) {
        int codePoint = yaml.codePoint(offset);
        if (style != ScalarStyle.DOUBLE_QUOTED || codePoint != '\\') {
            return codePoint;
        }
        int escape = yaml.codePoint(offset + 1);
        return switch (escape) {
            case 'x' -> yaml.hex(offset + 2, 2);
            case 'u' -> yaml.hex(offset + 2, 4);
            case 'U' -> yaml.hex(offset + 2, 8);
            case 't', 'n', 'r', 'N', 'L', 'P' -> ' ';
            default -> escape;
        };
    }

    /** Number of chars that a character takes in the YAML text. */
    private int written(int offset) {
        int codePoint = yaml.codePoint(offset);
        if (style == ScalarStyle.SINGLE_QUOTED && codePoint == '\'') {
            return 2;
        }
        if (style != ScalarStyle.DOUBLE_QUOTED || codePoint != '\\') {
            return Character.charCount(codePoint);
        }
        int escape = yaml.codePoint(offset + 1);
        return switch (escape) {
            case -1 -> 1;
            case 'x' -> 4;
            case 'u' -> 6;
            case 'U' -> 10;
            default -> 1 + Character.charCount(escape);
        };
    }
}
