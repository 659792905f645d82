// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the line of a kernel log that says why the kernel crashed. A panic often only says that an earlier fault was fatal
 * ("Fatal exception", "Attempted to kill init", "softlockup: hung tasks"); then the fault is the reason, else the panic is.
 * A kernel that boots a dump kernel from within its fault handler never comes to say panic: then the last fault is.
 */
final class CrashReasonFinder {
    /** Longest reason that is kept. */
    private static final int MAX_LINE = 512;

    private static final String PANIC = "Kernel panic - not syncing";
    private static final String END = "---[ end ";

    /** First lines of reports that stop a kernel, or that it can be told to stop at. */
    private static final Pattern FAULT = Pattern.compile("^(?:BUG: .*|kernel BUG at .*|Kernel BUG at .*"
            + "|(?:NMI )?watchdog: .*(?:BUG|LOCKUP|lockup).*|Unable to handle .*|general protection fault.*"
            + "|double fault.*|PANIC: double fault.*|invalid opcode: .*|divide error.*|stack segment: .*|stack fault.*"
            + "|int3: .*|traps: PANIC.*|Internal error: .*|Bad mode in .*|Oops.*|Kernel stack overflow.*"
            + "|UBSAN: .*|KASAN: .*|KFENCE: .*|INFO: task .* blocked for more than .*"
            + "|(?:rcu: )?INFO: rcu.* (?:stall|stalls).*|WARNING: .*)$");

    /** Reports that a kernel survives unless it was told otherwise: a reason only where a panic followed. */
    private static final Pattern SURVIVED = Pattern.compile(
            "^(?:WARNING: .*|INFO: .*|rcu: .*|UBSAN: .*|BUG: sleeping function .*|BUG: scheduling while atomic.*"
                    + "|BUG: Bad page .*|BUG: Bad rss-counter .*)$");

    /** Lines further down in a report; the first line of it tells more. */
    private static final Pattern FOLLOWS =
            Pattern.compile("^(?:Oops.*|Internal error: .*|invalid opcode: .*|KASAN: .*)$");

    /** Panics that only say that the fault before them is fatal. */
    private static final Pattern FATAL_FAULT = Pattern.compile("Fatal exception|Oops|BUG!|double fault");

    /** A panic that follows a fault of that task at once, or an exit of it that has nothing to do with any fault. */
    private static final Pattern KILLED = Pattern.compile("Attempted to kill");

    /** Panics that only say that what a detector reported before them is fatal; a warning may be that. */
    private static final Pattern DETECTED = Pattern.compile(
            "softlockup|hung_task|[Hh]ard (?:LOCKUP|lockup)|panic_on_|RCU Stall" + "|KASAN|kasan|KFENCE|kfence|UBSAN");

    /** Longest time in seconds between a fault and the death of the task that had it. */
    private static final double SAME_INCIDENT = 2;

    private static final Pattern SYSRQ = Pattern.compile("^(?:sysrq|SysRq) ?: Trigger a crash.*$");

    private static final Pattern STAMP =
            Pattern.compile("^(?:<\\d{1,3}>)?\\[ *(\\d{1,12}\\.\\d{1,9})\\] ?(?:\\[ *[TC]\\d+\\] ?)?");

    /** Lines within which a line that follows still belongs to the report before it. */
    private static final int REPORT_LINES = 40;

    private final List<String> lines;
    private int panic = -1;
    private int fault = -1;
    private int sysrq = -1;
    private int panicEnd = -1;

    private CrashReasonFinder(List<String> lines) {
        this.lines = lines;
    }

    /** The reason, {@link CrashReason#UNKNOWN} where the log has none. */
    static CrashReason find(byte[] log) {
        return new CrashReasonFinder(
                        new String(log, StandardCharsets.UTF_8).lines().toList())
                .find();
    }

    private CrashReason find() {
        int faultBeforePanic = -1;
        for (int i = 0; i < lines.size() && panic < 0; i++) {
            String line = message(i);
            if (line.startsWith(PANIC)) {
                panic = i;
            } else if (line.startsWith(END + PANIC)) {
                panicEnd = i;
            } else if (SYSRQ.matcher(line).matches()) {
                sysrq = i;
            } else if (FAULT.matcher(line).matches()) {
                boolean sameReport =
                        FOLLOWS.matcher(line).matches() && faultBeforePanic >= 0 && !ended(faultBeforePanic, i);
                if (!sameReport) {
                    faultBeforePanic = i;
                    fault = SURVIVED.matcher(line).matches() ? fault : i;
                }
            }
        }
        int reason = panic < 0 ? Math.max(fault, sysrq) : reasonOfPanic(faultBeforePanic);
        if (reason < 0) {
            return panicEnd < 0
                    ? CrashReason.UNKNOWN
                    : new CrashReason(shortened(endedPanic(panicEnd)), List.of(), seconds(panicEnd));
        }
        return new CrashReason(
                shortened(message(reason)),
                CallTraceParser.parse(
                        lines.subList(reason + 1, lines.size()).stream().map(CrashReasonFinder::message)),
                seconds(reason));
    }

    private int reasonOfPanic(int report) {
        String message = message(panic).substring(PANIC.length());
        boolean killed =
                KILLED.matcher(message).find() && fault >= 0 && seconds(panic) - seconds(fault) <= SAME_INCIDENT;
        if (fault >= 0 && (killed || FATAL_FAULT.matcher(message).find())) {
            return fault;
        }
        return report >= 0 && DETECTED.matcher(message).find() ? report : panic;
    }

    private static String shortened(String line) {
        return line.length() > MAX_LINE ? line.substring(0, MAX_LINE) : line;
    }

    /** The panic that an end line repeats, for logs whose older lines are gone. */
    private String endedPanic(int line) {
        String message = message(line).substring(END.length());
        int end = message.lastIndexOf(" ]---");
        return end < 0 ? message : message.substring(0, end);
    }

    /** Whether the report that begins at one line is over at another. */
    private boolean ended(int first, int line) {
        if (line - first > REPORT_LINES) {
            return true;
        }
        for (int i = first; i < line; i++) {
            String message = message(i);
            if (message.startsWith("---[ end trace") || message.equalsIgnoreCase("Call Trace:")) {
                return true;
            }
        }
        return false;
    }

    private String message(int line) {
        return message(lines.get(line));
    }

    /** A line without time stamp, writer and white space around. */
    private static String message(String line) {
        Matcher stamp = STAMP.matcher(line);
        return (stamp.find() ? line.substring(stamp.end()) : line).strip();
    }

    /** Time of a line; lines of one record but the first have that of the first. */
    private double seconds(int line) {
        for (int i = line; i >= 0; i--) {
            Matcher stamp = STAMP.matcher(lines.get(i));
            if (stamp.find()) {
                return Double.parseDouble(stamp.group(1));
            }
        }
        return -1;
    }
}
