// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.MalformedRecordException;

/**
 * Adds up the stripes of a dump under one rule set. A dump is complete when all its stripes are there; where its producer did
 * not say how many, after a time in which no more came. Each dump and rule set is handed out once: a stripe that is decided
 * again, by a replay under the same rules or by a processor that starts over, has the same verdict and changes nothing.
 *
 * <p>Takes memory for dumps that are not complete, {@value #MAX_OPEN} at most, and 8 to 32 bytes for each that was. Belongs
 * to one thread.
 */
final class StripeSums {
    /** Most dumps that wait for stripes; then the one that waits longest is dropped. */
    static final int MAX_OPEN = 20_000;

    private static final Logger LOG = LoggerFactory.getLogger(StripeSums.class);

    private static final class Open {
        private final BitSet seen = new BitSet();
        private int stripes;
        private DecidedDump sum;
        private long lastMillis;
    }

    private final Map<String, Open> open = new LinkedHashMap<>();
    private final SeenVerdicts done = new SeenVerdicts();
    private final long quietMillis;
    private long dropped;

    /**
     * @param quietMillis time without a new stripe after which a dump without a number of stripes is taken as it is
     */
    StripeSums(long quietMillis) {
        this.quietMillis = quietMillis;
    }

    /**
     * Takes a stripe.
     *
     * @param millis when it came
     * @return the dump, when this was the last stripe that it lacked
     * @throws MalformedRecordException when it cannot be a stripe of the dump whose stripes came before
     */
    Optional<DecidedDump> add(DecidedStripe stripe, long millis) throws MalformedRecordException {
        String key = key(stripe.verdict());
        if (done.contains(key)) {
            return Optional.empty();
        }
        Open sum = open.get(key);
        if (sum == null) {
            sum = new Open();
            sum.stripes = stripe.stripes();
            sum.sum = stripe.verdict();
            open.put(key, sum);
            dropOldest();
        } else if (!sum.seen.get(stripe.stripe())) {
            RecordChecks.expect(
                    stripe.stripes() == sum.stripes, "stripes", stripe.stripes(), sum.stripes + " as before");
            sum.sum = sum.sum.plus(stripe.verdict());
        }
        sum.seen.set(stripe.stripe());
        sum.lastMillis = Math.max(sum.lastMillis, millis);
        if (sum.stripes == 0 || sum.seen.cardinality() < sum.stripes) {
            return Optional.empty();
        }
        open.remove(key);
        done.add(key);
        return Optional.of(sum.sum.whole());
    }

    private void dropOldest() {
        if (open.size() > MAX_OPEN) {
            Iterator<String> keys = open.keySet().iterator();
            String oldest = keys.next();
            keys.remove();
            if (dropped++ == 0) {
                LOG.warn("more than {} dumps wait for stripes: {} is dropped, and more are counted", MAX_OPEN, oldest);
            }
        }
    }

    /** Dumps of producers that did not say how many stripes there are, and of which nothing came any more. */
    List<DecidedDump> quiet(long nowMillis) {
        List<DecidedDump> quiet = new ArrayList<>();
        open.entrySet().removeIf(entry -> {
            Open sum = entry.getValue();
            boolean over = sum.stripes == 0 && nowMillis - sum.lastMillis >= quietMillis;
            if (over) {
                done.add(entry.getKey());
                quiet.add(sum.sum.whole());
            }
            return over;
        });
        return quiet;
    }

    /** Dumps that wait for stripes. */
    int waiting() {
        return open.size();
    }

    /** Dumps that were dropped because too many waited. */
    long dropped() {
        return dropped;
    }

    private static String key(DecidedDump dump) {
        return dump.dumpId() + "/" + dump.ruleSet();
    }
}
