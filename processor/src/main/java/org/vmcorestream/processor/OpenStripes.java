// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.vmcorestream.archive.ArchiveException;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.StripeProgress;

/**
 * The open stripes of one partition. What counts is in the store, which survives; engines are kept beside it as long as
 * there are not too many, and made again from the store when they are needed.
 *
 * <pre>
 *  key    DUMP-ID/STRIPE@INCARNATION      of the topics that its records came from and its verdicts go to
 *         DUMP-ID/STRIPE                  of a version that did not say that, taken for this incarnation's
 *  value  StripeProgress
 * </pre>
 *
 * So a dump that is sent anew to topics that were made anew begins anew, though the store still has what it was before.
 */
final class OpenStripes {
    /** Most stripes open at a time on one partition. */
    static final int MAX_OPEN = 4_096;

    /** Most engines kept: a hostile chunk can grow one to 500 KB. */
    static final int MAX_ENGINES = 128;

    private final KeyValueStore<String, byte[]> store;
    private final RuleSetCatalog catalog;
    private final String incarnation;
    private final Map<String, OpenStripe> live = new LinkedHashMap<>(16, 0.75f, true);
    private int engines;

    /** @param incarnation ids of the topics, empty where nobody needs to know */
    OpenStripes(KeyValueStore<String, byte[]> store, RuleSetCatalog catalog, String incarnation) {
        this.store = store;
        this.catalog = catalog;
        this.incarnation = incarnation.isEmpty() ? "" : "@" + incarnation;
    }

    /** Whether no further stripe may be opened. */
    boolean isFull() {
        return store.approximateNumEntries() >= MAX_OPEN;
    }

    /**
     * An open stripe, null when it is not open.
     *
     * @throws RefusedException when its state cannot be continued
     * @throws ArchiveException when the cluster does not answer what its rule sets are
     */
    OpenStripe get(String dumpId, int stripe) throws RefusedException {
        String key = key(dumpId, stripe);
        OpenStripe open = live.get(key);
        if (open != null) {
            return open;
        }
        byte[] state = store.get(key);
        state = state == null ? store.get(older(dumpId, stripe)) : state;
        if (state == null) {
            return null;
        }
        open = OpenStripe.resume(read(key, state), catalog);
        keep(key, open);
        return open;
    }

    /** Writes the state of a stripe that was opened or has moved on. */
    void put(OpenStripe stripe, long now) {
        String key = key(stripe);
        store.put(key, RecordCodec.encode(stripe.progress(now)));
        deleteOlder(stripe);
        if (!live.containsKey(key)) {
            keep(key, stripe);
        }
    }

    /** Drops a stripe and its state. */
    void remove(OpenStripe stripe) {
        String key = key(stripe);
        forget(key);
        store.delete(key);
        deleteOlder(stripe);
    }

    private void deleteOlder(OpenStripe stripe) {
        String older = older(stripe.opened().getDumpId(), stripe.opened().getStripe());
        if (!incarnation.isEmpty() && store.get(older) != null) {
            store.delete(older);
        }
    }

    /** Drops what is kept of a stripe beside the store, because it may no longer be what the store says. */
    void forget(String dumpId, int stripe) {
        forget(key(dumpId, stripe));
    }

    /**
     * Drops the stripes that no record came for since a time.
     *
     * @param before milliseconds since 1970-01-01 UTC
     * @return names of the stripes dropped
     */
    List<String> removeTouchedBefore(long before) {
        List<String> stale = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                if (isTouchedBefore(entry, before)) {
                    stale.add(entry.key);
                }
            }
        }
        for (String key : stale) {
            forget(key);
            store.delete(key);
        }
        return stale;
    }

    private static boolean isTouchedBefore(KeyValue<String, byte[]> entry, long before) {
        try {
            return read(entry.key, entry.value).getTouchedAt() < before;
        } catch (RefusedException e) {
            return true;
        }
    }

    private static StripeProgress read(String key, byte[] state) throws RefusedException {
        try {
            return RecordCodec.decode(ByteBuffer.wrap(state), StripeProgress.class);
        } catch (MalformedRecordException e) {
            throw new RefusedException("state of stripe " + key + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void keep(String key, OpenStripe stripe) {
        live.put(key, stripe);
        engines += stripe.engines();
        Iterator<OpenStripe> eldest = live.values().iterator();
        while (engines > MAX_ENGINES && live.size() > 1) {
            engines -= eldest.next().engines();
            eldest.remove();
        }
    }

    private void forget(String key) {
        OpenStripe dropped = live.remove(key);
        if (dropped != null) {
            engines -= dropped.engines();
        }
    }

    private String key(OpenStripe stripe) {
        return key(stripe.opened().getDumpId(), stripe.opened().getStripe());
    }

    private String key(String dumpId, int stripe) {
        return older(dumpId, stripe) + incarnation;
    }

    private static String older(String dumpId, int stripe) {
        return dumpId + "/" + stripe;
    }
}
