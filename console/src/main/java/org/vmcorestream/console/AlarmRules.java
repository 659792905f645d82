// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.AlarmKind;

/**
 * What is wrong about the exclusion of a dump. Pure but for the history: the same dumps give the same alarms, whoever
 * raises them and however often.
 */
final class AlarmRules {
    private final AlarmThresholds thresholds;
    private final ShareHistory history;

    AlarmRules(AlarmThresholds thresholds) {
        this.thresholds = thresholds;
        history = new ShareHistory(thresholds);
    }

    /** The history, for showing. */
    ShareHistory history() {
        return history;
    }

    /** The alarms of a dump; its shares become part of the history, unless a replay decided it or it is too small. */
    List<Alarm> judge(DecidedDump dump) {
        List<Alarm> alarms = new ArrayList<>();
        boolean large = dump.dataBytes() >= thresholds.minimumBytes() && dump.memoryPages() > 0;
        if (large) {
            noFreePages(dump, alarms);
        }
        oddPages(dump, alarms);
        if (large && !dump.replay()) {
            unusualShares(dump, alarms);
            history.add(dump);
        }
        return alarms;
    }

    private static void noFreePages(DecidedDump dump, List<Alarm> alarms) {
        String free = BuiltInRuleSets.REASON_FREE;
        if (dump.pages().containsKey(free) && dump.pages(free) == 0) {
            String text = String.format(
                    Locale.ROOT,
                    "none of %,d pages (%s) is free: either the rules do not recognize free pages of this kernel, or there"
                            + " was no memory left",
                    dump.memoryPages(),
                    MemorySize.of(dump.dataBytes()));
            alarms.add(alarm(dump, AlarmKind.NO_FREE_PAGES, "", 0, 0, 0, text));
        }
    }

    private static void oddPages(DecidedDump dump, List<Alarm> alarms) {
        PageAnomalies found = dump.anomalies();
        odd(
                dump,
                AlarmKind.UNKNOWN_PAGE_TYPE,
                found.unknownTypes(),
                "are of a page type that nobody knows: the kernel may have types that these rules do not speak of",
                alarms);
        odd(
                dump,
                AlarmKind.MISALIGNED_BLOCKS,
                found.misaligned(),
                "are heads of free or unaccepted blocks that are not aligned to their block, and were kept: the order of a block may be read"
                        + " wrongly, or memory was corrupted",
                alarms);
        odd(
                dump,
                AlarmKind.INVALID_ORDERS,
                found.invalidOrders(),
                "are free with an order above MAX_PAGE_ORDER, and were kept: the order of a block may be read wrongly, or memory was"
                        + " corrupted",
                alarms);
        odd(
                dump,
                AlarmKind.UNDECIDED_PAGES,
                found.undecided(),
                "were kept because a condition of the rule set had no answer for them",
                alarms);
    }

    private static void odd(DecidedDump dump, AlarmKind kind, long pages, String what, List<Alarm> alarms) {
        if (pages > 0) {
            String text = String.format(Locale.ROOT, "%,d of %,d pages %s", pages, dump.memoryPages(), what);
            alarms.add(alarm(dump, kind, "", pages, 0, 0, text));
        }
    }

    private void unusualShares(DecidedDump dump, List<Alarm> alarms) {
        Optional<ShareHistory.Past> past = history.before(dump);
        if (past.isEmpty()) {
            return;
        }
        for (String reason : dump.exclusions()) {
            UsualShare before = past.get().usual(reason);
            double share = dump.share(reason);
            if (before.isFar(share, thresholds)) {
                String text = String.format(
                        Locale.ROOT,
                        "%.1f%% of memory is excluded as %s, usual is %.1f%% (median of %d earlier dumps of %s, %.1f%% to"
                                + " %.1f%%)",
                        100 * share,
                        reason,
                        100 * before.median(),
                        before.samples(),
                        before.of(),
                        100 * before.shares()[0],
                        100 * before.shares()[before.samples() - 1]);
                alarms.add(
                        alarm(dump, AlarmKind.UNUSUAL_SHARE, reason, share, before.median(), before.samples(), text));
            }
        }
    }

    private static Alarm alarm(
            DecidedDump dump, AlarmKind kind, String reason, double value, double expected, int samples, String text) {
        return new Alarm(
                dump.dumpId(),
                dump.ruleSet(),
                kind,
                reason,
                dump.decidedAt(),
                dump.kernelRelease(),
                dump.tenant(),
                dump.host(),
                value,
                expected,
                samples,
                PlainText.line(
                        "dump " + dump.dumpId() + " (kernel " + dump.kernelRelease() + ") under " + dump.ruleSet()
                                + ": " + text,
                        PlainText.MAX_MESSAGE));
    }
}
