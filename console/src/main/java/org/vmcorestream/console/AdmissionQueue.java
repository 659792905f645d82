// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.TopicPlan;
import org.vmcorestream.schemas.records.Admission;

/** Who waits at the gate, and what it counts as in flight, as topic admissions says. Belongs to one thread at a time. */
final class AdmissionQueue {
    /** Most dumps that are followed; as many as a gate takes. */
    static final int MAX_WAITING = 1 << 16;

    /** One that waits longer than this without a word has been forgotten by the topic too. */
    private static final Duration FORGOTTEN_AFTER = TopicPlan.ADMISSION_RETENTION;

    /**
     * @param since when it came to the gate, milliseconds since 1970-01-01 UTC
     * @param saidAt when the gate said so
     */
    private record Waiting(long since, long saidAt) {}

    private final Map<String, Waiting> waiting = new HashMap<>();
    private long inFlight;
    private long limit;

    /** Whether a record is one of a gate's. */
    static boolean isAnswer(String key) {
        return !key.endsWith(Keys.REQUEST);
    }

    /** Takes what a gate said; {@code timestamp} is when. */
    void said(Admission admission, String key, long timestamp) throws MalformedRecordException {
        String dumpId = admission.getDumpId();
        if (!key.equals(dumpId) || !DumpCheck.isDumpId(dumpId)) {
            throw new MalformedRecordException("admission of dump " + dumpId + " has the key " + key);
        }
        if (admission.getInFlight() < 0 || admission.getLimit() < 1) {
            throw new MalformedRecordException("admission says " + admission.getInFlight() + " bytes in flight of "
                    + admission.getLimit() + ", expected 0 or more of 1 or more");
        }
        inFlight = admission.getInFlight();
        limit = admission.getLimit();
        switch (admission.getState()) {
            case WAITING -> {
                if (waiting.size() < MAX_WAITING || waiting.containsKey(dumpId)) {
                    waiting.put(dumpId, new Waiting(admission.getAt(), timestamp));
                }
            }
            case GRANTED, RELEASED -> waiting.remove(dumpId);
            default -> throw new MalformedRecordException("admission has an unknown state");
        }
    }

    /** Forgets who is not heard of any more. */
    void forget(long now) {
        waiting.values().removeIf(each -> now - each.saidAt() > FORGOTTEN_AFTER.toMillis());
    }

    /** Bytes in flight. */
    long inFlight() {
        return inFlight;
    }

    /** Most bytes in flight that the gate allows; 0 while no gate has said anything. */
    long limit() {
        return limit;
    }

    /** Dumps that wait. */
    int waiting() {
        return waiting.size();
    }

    /** Seconds that the longest one waits; 0 when nobody does. */
    double oldestSeconds(long now) {
        long since = waiting.values().stream().mapToLong(Waiting::since).min().orElse(now);
        return Math.max(0, now - since) / 1000.0;
    }
}
