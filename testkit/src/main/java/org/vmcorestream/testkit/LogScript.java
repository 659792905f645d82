// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns the lines log, panic and oops of a description into records of the kernel log. */
final class LogScript {
    private static final Pattern STAMP = Pattern.compile("\\[ *(\\d+(?:\\.\\d{1,9})?)\\] ?(.*)", Pattern.DOTALL);

    private final List<LogRecord> records;
    private long nanos;

    LogScript(List<LogRecord> records) {
        this.records = records;
    }

    void line(String keyword, Words words) {
        int caller = 0;
        LogRecord.State state = LogRecord.State.FINALIZED;
        String word = words.word("text");
        while (word.charAt(0) != '"') {
            if (word.startsWith("caller=")) {
                caller = caller(words.line(), word.substring("caller=".length()));
            } else if (word.startsWith("state=")) {
                state = Words.of(words.line(), word.substring("state=".length()))
                        .choice(LogRecord.State.class, "", "state");
            } else {
                throw new DescriptionException(
                        words.line(), "expected caller=T1, caller=C1, state=... or a string, found '" + word + "'");
            }
            word = words.word("text");
        }
        String text = word.substring(1);
        switch (keyword) {
            case "panic" -> panic(caller, text);
            case "oops" -> oops(caller, text);
            default -> {
                Matcher stamp = STAMP.matcher(text);
                if (stamp.matches()) {
                    nanos = new BigDecimal(stamp.group(1)).movePointRight(9).longValueExact();
                    text = stamp.group(2);
                }
                records.add(new LogRecord(nanos, caller, text, state));
            }
        }
    }

    private static int caller(int line, String text) {
        int cpu = text.startsWith("C") ? 1 << 31 : 0;
        if (text.isEmpty() || cpu == 0 && text.charAt(0) != 'T') {
            throw new DescriptionException(line, "caller is T and a thread or C and a CPU, not '" + text + "'");
        }
        return cpu | (int) Words.parse(line, text.substring(1));
    }

    private void panic(int caller, String reason) {
        add(caller, "Kernel panic - not syncing: " + reason);
        add(caller, "CPU: 0 PID: 1 Comm: init Not tainted synthetic #1");
        add(caller, "Hardware name: synthetic");
        add(caller, "Call Trace:");
        add(caller, " <TASK>");
        add(caller, " dump_stack_lvl+0x5d/0x80");
        add(caller, " panic+0x118/0x2db");
        add(caller, " ? _printk+0x6c/0x87");
        add(caller, " sysrq_handle_crash+0x1a/0x20");
        add(caller, " __handle_sysrq.cold+0x9f/0xe6");
        add(caller, " ksys_write+0x6d/0xf0");
        add(caller, " </TASK>");
        add(caller, "---[ end Kernel panic - not syncing: " + reason + " ]---");
    }

    private void oops(int caller, String reason) {
        add(caller, reason);
        add(caller, "Oops: 0002 [#1] PREEMPT SMP NOPTI");
        add(caller, "CPU: 0 PID: 1 Comm: init Not tainted synthetic #1");
        add(caller, "RIP: 0010:broken_function+0x12/0x40 [broken_module]");
        add(caller, "Call Trace:");
        add(caller, " <TASK>");
        add(caller, " ? __die+0x23/0x70");
        add(caller, " calling_function+0x1a/0x20 [broken_module]");
        add(caller, " do_syscall_64+0x5d/0xb0");
        add(caller, " </TASK>");
        add(caller, "---[ end trace 0000000000000000 ]---");
    }

    private void add(int caller, String text) {
        nanos += 1_000_000;
        records.add(new LogRecord(nanos, caller, text, LogRecord.State.FINALIZED));
    }
}
