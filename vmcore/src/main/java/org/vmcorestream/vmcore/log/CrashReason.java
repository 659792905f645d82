// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import java.util.List;

/**
 * Why a kernel crashed, from its log.
 *
 * @param line the panic or BUG line without time stamp, empty when the log has none
 * @param callTrace top functions of the call trace that belongs to it, innermost first, at most {@value #MAX_FUNCTIONS}
 * @param secondsSinceBoot time stamp of the line, -1 when there is none
 */
public record CrashReason(String line, List<String> callTrace, double secondsSinceBoot) {
    /** Longest call trace kept. */
    public static final int MAX_FUNCTIONS = 16;

    /** Nothing was found. */
    public static final CrashReason UNKNOWN = new CrashReason("", List.of(), -1);
}
