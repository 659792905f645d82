// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Picks the functions out of the call trace that follows a reason for a crash, innermost first: where the instruction
 * pointer was, then the callers. Entries that the kernel itself doubts ({@code ? function+0x1/0x2}) are left out.
 */
final class CallTraceParser {
    private static final Pattern FUNCTION = Pattern.compile(
            "^(?:\\[<[0-9a-f]+>\\] )?(\\? )?([A-Za-z_$][A-Za-z0-9_.$]*)\\+0x[0-9a-f]+/0x[0-9a-f]+(?: .*)?$");
    private static final Pattern POINTER = Pattern.compile(
            "^(?:RIP: [0-9a-f]+:|RIP {2}|IP: |pc : |PC is at |epc : )(?:\\[<[0-9a-f]+>\\] *)*([A-Za-z_$][A-Za-z0-9_.$]*)\\+0x.*$");
    private static final Pattern MARKER = Pattern.compile("^<[/#A-Za-z0-9]+>.*");
    private static final Pattern USER_MODE = Pattern.compile("^RIP: 0033:.*");

    /** So many lines behind the reason a call trace has to begin. */
    private static final int MAX_LINES_BEFORE = 120;

    /** So many lines that are no function end a call trace: registers and code of an interrupted function are fewer. */
    private static final int MAX_LINES_BETWEEN = 16;

    private CallTraceParser() {}

    /** The functions, none where no call trace follows. */
    static List<String> parse(Stream<String> messages) {
        List<String> functions = new ArrayList<>();
        Iterator<String> lines = messages.iterator();
        boolean found = false;
        for (int i = 0; i < MAX_LINES_BEFORE && lines.hasNext() && !found; i++) {
            String line = lines.next();
            Matcher pointer = POINTER.matcher(line);
            if (functions.isEmpty() && pointer.matches()) {
                functions.add(pointer.group(1));
            }
            if (line.startsWith("---[ end ")) {
                return List.copyOf(functions);
            }
            found = line.equalsIgnoreCase("Call Trace:");
        }
        int between = 0;
        while (lines.hasNext() && functions.size() < CrashReason.MAX_FUNCTIONS && between < MAX_LINES_BETWEEN) {
            String line = lines.next();
            Matcher function = FUNCTION.matcher(line);
            if (function.matches()) {
                between = 0;
                if (function.group(1) == null) {
                    functions.add(function.group(2));
                }
            } else if (MARKER.matcher(line).matches()) {
                between = 0;
            } else if (ends(line)) {
                break;
            } else {
                between++;
            }
        }
        return List.copyOf(functions);
    }

    private static boolean ends(String line) {
        return line.startsWith("---[ end ")
                || line.startsWith("Kernel panic")
                || line.startsWith("Modules linked in:")
                || line.startsWith("Kernel Offset:")
                || line.equalsIgnoreCase("Call Trace:")
                || USER_MODE.matcher(line).matches();
    }
}
