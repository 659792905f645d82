// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.Locale;

/** Sizes of memory, for people. */
final class MemorySize {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final int STEP = 1024;

    private MemorySize() {}

    /** A number of bytes with its unit, with one decimal where it has less than ten of it. */
    static String of(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= STEP && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        boolean whole = unit == 0 || value >= 10 || value == Math.rint(value);
        return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }
}
