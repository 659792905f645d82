// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.AlarmKind;

/**
 * Which alarms were raised, by whomever, and which are still to be raised.
 *
 * <p>An alarm bears the time of the verdict that it is about, so that it is the same record whoever raises it. While the past
 * is read again at a start, nothing is raised of dumps that were decided longer ago than {@link #RAISE_WITHIN}, for alarms on
 * the topic expire and the dumps on exclusion-stats do not; and no unusual share of a dump older than the newest alarm that
 * was found, for a console has judged it already, with the history that there was then. Belongs to one thread.
 */
final class AlarmBook {
    /** How far back a console raises alarms of what was decided while none was there. */
    static final Duration RAISE_WITHIN = Duration.ofDays(7);

    /** Most keys that are remembered; a forgotten one is raised again at worst, as the same record under the same key. */
    static final int MAX_KNOWN = 100_000;

    /** Most alarms that are kept to be shown and counted as recent. */
    static final int MAX_RECENT = 10_000;

    private final Set<String> known = new LinkedHashSet<>();
    private final Deque<Alarm> recent = new ArrayDeque<>();
    private long horizon = Long.MIN_VALUE;
    private boolean live;

    /**
     * Takes an alarm that was found on the topic.
     *
     * @param key key of the record, which has to be that of its contents
     * @param timestamp when the record was sent
     * @return whether it was not known
     * @throws MalformedRecordException when a value is out of its range
     */
    boolean found(Alarm alarm, String key, long timestamp) throws MalformedRecordException {
        RecordChecks.dumpId(alarm.getDumpId());
        RecordChecks.ruleSet(alarm.getRuleSet());
        if (!alarm.getReason().isEmpty()) {
            RecordChecks.reason(alarm.getReason());
        }
        RecordChecks.time("raisedAt", alarm.getRaisedAt());
        RecordChecks.expect(key.equals(key(alarm)), "key", key, key(alarm));
        RecordChecks.expect(
                alarm.getKind() != AlarmKind.UNKNOWN, "kind", alarm.getKind(), "one that this version knows");
        if (!live) {
            horizon = Math.max(horizon, Math.min(alarm.getRaisedAt(), timestamp));
        }
        boolean isNew = remember(key);
        if (isNew) {
            show(alarm);
        }
        return isNew;
    }

    /**
     * Whether an alarm is to be raised; it counts as raised from then on.
     *
     * @param nowMillis what time it is
     */
    boolean raise(Alarm alarm, long nowMillis) {
        if (!live) {
            boolean judgedBefore = alarm.getKind() == AlarmKind.UNUSUAL_SHARE && alarm.getRaisedAt() <= horizon;
            if (judgedBefore || nowMillis - alarm.getRaisedAt() > RAISE_WITHIN.toMillis()) {
                return false;
            }
        }
        boolean isNew = remember(key(alarm));
        if (isNew) {
            show(alarm);
        }
        return isNew;
    }

    /** The past was read: from now on everything is news. */
    void live() {
        live = true;
    }

    private boolean remember(String key) {
        if (!known.add(key)) {
            return false;
        }
        if (known.size() > MAX_KNOWN) {
            Iterator<String> oldest = known.iterator();
            oldest.next();
            oldest.remove();
        }
        return true;
    }

    private void show(Alarm alarm) {
        recent.addLast(shown(alarm));
        if (recent.size() > MAX_RECENT) {
            recent.removeFirst();
        }
    }

    /** The alarm with texts that can be shown. */
    private static Alarm shown(Alarm alarm) {
        return new Alarm(
                alarm.getDumpId(),
                alarm.getRuleSet(),
                alarm.getKind(),
                alarm.getReason(),
                alarm.getRaisedAt(),
                RecordChecks.name(alarm.getKernelRelease()),
                RecordChecks.name(alarm.getTenant()),
                RecordChecks.name(alarm.getHost()),
                alarm.getValue(),
                alarm.getExpected(),
                alarm.getSamples(),
                PlainText.line(alarm.getText(), PlainText.MAX_MESSAGE));
    }

    /** The newest alarms, the newest first, {@code most} at most. */
    List<Alarm> newest(int most) {
        List<Alarm> newest = new ArrayList<>();
        Iterator<Alarm> alarms = recent.descendingIterator();
        while (alarms.hasNext() && newest.size() < most) {
            newest.add(alarms.next());
        }
        return newest;
    }

    /** Alarms about verdicts that are younger than a time, {@value #MAX_RECENT} at most. */
    List<Alarm> since(long millis) {
        return recent.stream().filter(alarm -> alarm.getRaisedAt() >= millis).toList();
    }

    static String key(Alarm alarm) {
        return new String(
                Keys.alarm(alarm.getDumpId(), alarm.getRuleSet(), alarm.getKind(), alarm.getReason()),
                StandardCharsets.UTF_8);
    }
}
