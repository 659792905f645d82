// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.regex.Pattern;

/** What crashed hosts and strangers wrote, without what could play tricks on a terminal. */
final class Printable {
    /** Control characters, and those without a width that change the order of others. */
    private static final Pattern TRICKS = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]");

    private static final Pattern TRICKS_IN_LINES = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029&&[^\n\t]]");

    private Printable() {}

    /** One line. */
    static String line(String text) {
        return TRICKS.matcher(text).replaceAll("?");
    }

    /** Any number of lines. */
    static String lines(String text) {
        return TRICKS_IN_LINES.matcher(text.replace("\r\n", "\n")).replaceAll("?");
    }

    /** One line of at most {@code width} characters; what does not fit is cut, and the cut is shown. */
    static String line(String text, int width) {
        String line = line(text);
        return line.length() <= width ? line : line.substring(0, width - 1) + "…";
    }
}
