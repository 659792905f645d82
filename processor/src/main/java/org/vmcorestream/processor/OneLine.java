// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

/** Problems as they travel: one line, of bounded length. */
final class OneLine {
    private static final int MAX = 2_000;

    private OneLine() {}

    /** A text as one line, cut where it is too long. */
    static String of(String text) {
        String whole = String.valueOf(text);
        String cut = whole.length() > MAX ? whole.substring(0, MAX) : whole;
        return cut.replaceAll("\\p{Cntrl}+", " ");
    }
}
