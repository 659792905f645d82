// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Replays whose files may still have to be made: of each dump and rule set the newest one, as the place of its outcome, in the
 * order in which they came. Those of dumps that this sink is responsible for are never forgotten: when there are {@value
 * #MOST} of them no more are taken for now. Of those of other dumps, which may come here later, the newest {@value #MOST} are
 * kept; whether older ones were forgotten is remembered, so that the topic can be read again. One takes about 300 bytes.
 * Belongs to one thread.
 */
final class PendingReplays {
    /** Most replays of dumps of this sink, and most of other dumps. */
    static final int MOST = 32_768;

    /**
     * What a replay wants.
     *
     * @param decidedAt when its verdicts were written, milliseconds since 1970-01-01 UTC
     * @param place where its outcome is on topic replays
     */
    record Wish(String dumpId, String ruleSet, String replayId, long decidedAt, LogPlace place) {
        private String key() {
            return dumpId + "/" + ruleSet;
        }

        /** One partition has the outcomes of a dump in order; the partition of a dump changes with their number. */
        private boolean isNewerThan(Wish other) {
            return place.partition() == other.place.partition()
                    ? place.offset() > other.place.offset()
                    : decidedAt > other.decidedAt;
        }
    }

    private final Map<String, Wish> ours = new LinkedHashMap<>();
    private final Map<String, Wish> others = new LinkedHashMap<>();
    private boolean forgot;

    /**
     * Takes a replay; an older one of its dump and rule set is forgotten.
     *
     * @param isOurs whether this sink is responsible for its dump
     * @return false when there is no room for now
     */
    boolean offer(Wish wish, boolean isOurs) {
        Wish known = ours.containsKey(wish.key()) ? ours.get(wish.key()) : others.get(wish.key());
        if (known != null && !wish.isNewerThan(known)) {
            return true;
        }
        if (isOurs) {
            if (ours.size() == MOST && !ours.containsKey(wish.key())) {
                return false;
            }
            others.remove(wish.key());
            ours.put(wish.key(), wish);
            return true;
        }
        ours.remove(wish.key());
        others.remove(wish.key());
        others.put(wish.key(), wish);
        if (others.size() > MOST) {
            Iterator<Wish> eldest = others.values().iterator();
            eldest.next();
            eldest.remove();
            forgot = true;
        }
        return true;
    }

    /** Sorts anew which are of dumps of this sink, as far as there is room. */
    void sort(Predicate<String> isOurs) {
        ours.values().removeIf(wish -> {
            boolean leaves = !isOurs.test(wish.dumpId());
            if (leaves) {
                others.put(wish.key(), wish);
            }
            return leaves;
        });
        others.values().removeIf(wish -> {
            boolean comes = ours.size() < MOST && isOurs.test(wish.dumpId());
            if (comes) {
                ours.put(wish.key(), wish);
            }
            return comes;
        });
        for (Iterator<Wish> eldest = others.values().iterator(); others.size() > MOST; forgot = true) {
            eldest.next();
            eldest.remove();
        }
    }

    /** Those of dumps of this sink, in the order in which they came; can be removed from. */
    Iterator<Wish> ours() {
        return ours.values().iterator();
    }

    /** Forgets a replay that is done. */
    void remove(Wish wish) {
        ours.remove(wish.key(), wish);
        others.remove(wish.key(), wish);
    }

    /** Whether no more replays of dumps of this sink are taken for now. */
    boolean full() {
        return ours.size() == MOST;
    }

    /** All that are kept. */
    int size() {
        return ours.size() + others.size();
    }

    /** Whether replays of other dumps were forgotten, so that the topic has to be read again should they come here. */
    boolean forgot() {
        return forgot;
    }

    /** Takes note that the topic is read again. */
    void remembers() {
        forgot = false;
    }
}
