// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.Locale;

/** Numbers of bytes as people read them. */
final class Sizes {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Sizes() {}

    /** With a binary unit and one decimal: {@code 28.0 MiB}; below 1 KiB exactly. */
    static String binary(long bytes) {
        int unit = 0;
        double value = bytes;
        while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }
}
