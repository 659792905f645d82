// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.Manifest;

/**
 * Where the records of a dump's life go: the dump's own, and of a dump of several parts a copy for each further part, in the
 * partition of topic dumps that the part falls to. A copy is sent when an offset of the part's stripes became known, not for
 * those of others: with many parts of many stripes that would be gigabytes. While a capture goes on no part is without a
 * record for longer than {@value #QUIET_SECONDS} s or so, for that is how its sink knows. Belongs to the capturing thread.
 */
final class PartCopies {
    private static final long QUIET_SECONDS = 30;

    /**
     * Where a record goes.
     *
     * @param partition partition of topic dumps, null for that of the key
     */
    record Place(Integer partition, byte[] key) {}

    private final List<Place> places = new ArrayList<>();
    private final List<StripeProgress> stripes;
    private final LongSupplier nanos;
    private final int[] told;
    private long quietSince;

    /**
     * @param stripes those of the dump, and its early pages
     * @param partitions partitions of topic dumps
     * @param nanos tells the time
     */
    PartCopies(Manifest manifest, List<StripeProgress> stripes, int partitions, LongSupplier nanos) {
        this.stripes = stripes;
        this.nanos = nanos;
        String dumpId = manifest.getDumpId();
        places.add(new Place(null, Keys.dump(dumpId)));
        for (int part = 1; part < manifest.getParts(); part++) {
            places.add(new Place(Keys.partPartition(dumpId, part, partitions), Keys.dumpPart(dumpId, part)));
        }
        told = new int[places.size()];
        quietSince = nanos.getAsLong();
    }

    /** The places of all parts. */
    List<Place> all() {
        return places;
    }

    /** Whether some part may not have heard anything for too long; a dump of one part never has to be told again. */
    boolean quiet() {
        return places.size() > 1 && nanos.getAsLong() - quietSince >= TimeUnit.SECONDS.toNanos(QUIET_SECONDS);
    }

    /** The places to tell of what is known by now: the dump's own, and those of parts with news; all of them when it was quiet. */
    List<Place> withNews() {
        if (places.size() == 1) {
            return places;
        }
        int[] known = new int[told.length];
        stripes.forEach(stripe -> known[stripe.stripe().part()] += stripe.offsetsKnown());
        boolean quiet = quiet();
        List<Place> news = new ArrayList<>();
        for (int part = 0; part < known.length; part++) {
            if (part == 0 || quiet || known[part] != told[part]) {
                news.add(places.get(part));
                told[part] = known[part];
            }
        }
        if (quiet) {
            quietSince = nanos.getAsLong();
        }
        return news;
    }
}
