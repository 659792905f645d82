// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.ArrayList;
import java.util.List;

/**
 * Spreads the stripes of a dump over its parts: each part has consecutive stripes, one at least, and the largest part is as small
 * as the stripes allow. The size of a part is its number of chunks with memory.
 */
final class PartPlan {
    private static final long GIB = 1L << 30;

    private PartPlan() {}

    /**
     * The stripes of a dump, each with its part.
     *
     * @param stripeBytes memory of a stripe, a multiple of 1 GiB; {@link CaptureSettings#CHOOSE_STRIPES} for the usual size, or
     *     less where that makes the largest part smaller
     * @throws UnfitSettingsException when there are fewer stripes than parts, or too many stripes
     */
    static List<Stripe> stripes(
            PfnRuns present, long endPfn, int pageShift, long stripeBytes, int parts, String dumpId, int partitions) {
        if (stripeBytes != CaptureSettings.CHOOSE_STRIPES) {
            List<Stripe> stripes = Stripe.plan(present, endPfn, pageShift, stripeBytes, dumpId, partitions);
            return spread(stripes, parts, Stripe.pages(stripeBytes, pageShift) << pageShift);
        }
        long bytes = CaptureSettings.usualStripeBytes(present.pages() << pageShift);
        long usualGib = bytes / GIB;
        List<Stripe> best = Stripe.plan(present, endPfn, pageShift, bytes, dumpId, partitions);
        int smallest = largestPart(best, parts);
        int usual = best.size();
        for (long gib = usualGib - 1; gib >= 1 && parts > 1; gib--) {
            if (usual * ((usualGib + gib - 1) / gib) > Stripe.MAX_STRIPES) {
                break;
            }
            List<Stripe> finer = Stripe.plan(present, endPfn, pageShift, gib * GIB, dumpId, partitions);
            int largest = largestPart(finer, parts);
            if (largest < smallest || best.size() < parts) {
                best = finer;
                smallest = largest;
                bytes = gib * GIB;
            }
        }
        return spread(best, parts, Stripe.pages(bytes, pageShift) << pageShift);
    }

    private static List<Stripe> spread(List<Stripe> stripes, int parts, long stripeBytes) {
        if (parts > stripes.size()) {
            throw new UnfitSettingsException(String.format(
                    "%d parts, expected 1 to %d: each part needs a stripe, and memory makes %d of %d GiB",
                    parts, stripes.size(), stripes.size(), stripeBytes >> 30));
        }
        int most = largestPart(stripes, parts);
        List<Stripe> spread = new ArrayList<>(stripes.size());
        int part = 0;
        int chunks = 0;
        for (Stripe stripe : stripes) {
            boolean full = chunks + stripe.chunks() > most;
            boolean others = stripes.size() - stripe.number() <= parts - 1 - part;
            if (chunks > 0 && (full || others)) {
                part++;
                chunks = 0;
            }
            chunks += stripe.chunks();
            spread.add(stripe.ofPart(part));
        }
        return List.copyOf(spread);
    }

    /** The least number of chunks that the largest of so many parts can have. */
    private static int largestPart(List<Stripe> stripes, int parts) {
        int low = stripes.stream().mapToInt(Stripe::chunks).max().orElse(0);
        int high = stripes.stream().mapToInt(Stripe::chunks).sum();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (partsOf(stripes, middle) <= parts) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Parts that stripes make when each takes as many as it may. */
    private static int partsOf(List<Stripe> stripes, int mostChunks) {
        int parts = 1;
        int chunks = 0;
        for (Stripe stripe : stripes) {
            if (chunks + stripe.chunks() > mostChunks) {
                parts++;
                chunks = 0;
            }
            chunks += stripe.chunks();
        }
        return parts;
    }
}
