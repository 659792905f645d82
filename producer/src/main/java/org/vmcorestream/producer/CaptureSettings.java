// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * How a vmcore is captured.
 *
 * @param client Kafka client settings, {@code bootstrap.servers} at least; what matters for order and safety is overridden
 * @param topics names of the topics
 * @param dumpId the dump, a UUID version 7
 * @param host host of the capture
 * @param tenant whose VM it was, may be empty
 * @param capture which pages travel on the data plane
 * @param ruleSets rule sets asked for; empty for those the processors are set up with
 * @param codec how page contents are compressed
 * @param stripeBytes memory of a stripe in bytes, a multiple of 1 GiB (taken as more where pages are larger than 4 KiB); {@value #CHOOSE_STRIPES} for what suits the parts
 * @param parts files of one rule set that share the dump's memory, 1 to {@value #MAX_PARTS}, no more than there are stripes
 * @param threads compressing threads, 1 to {@value #MAX_THREADS}; each costs about 3 MiB of direct memory
 * @param admission whether it asks before it sends page contents
 */
public record CaptureSettings(
        Map<String, Object> client,
        Topics topics,
        String dumpId,
        String host,
        String tenant,
        RuleSet capture,
        List<String> ruleSets,
        PageCodec codec,
        long stripeBytes,
        int parts,
        int threads,
        AdmissionPolicy admission) {
    /** Leaves it to the producer how large stripes are. */
    public static final long CHOOSE_STRIPES = 0;

    /** Most parts of a dump. */
    public static final int MAX_PARTS = DumpCheck.MAX_PARTS;

    /** Most compressing threads. */
    public static final int MAX_THREADS = 128;

    private static final long GIB = 1L << 30;

    /** Smallest stripe that is chosen, in GiB, unless parts need a smaller one. */
    private static final int USUAL_GIB = 4;

    /** As many stripes keep any cluster busy. Each further one costs its sink a change of partition. */
    private static final int USUAL_STRIPES = 64;

    /**
     * Size of the stripes that are chosen for so much memory, unless parts need smaller ones: 4 GiB, and more where that would make more than 64
     * stripes.
     */
    public static long usualStripeBytes(long memoryBytes) {
        long share = USUAL_STRIPES * GIB;
        return Math.max(USUAL_GIB, memoryBytes / share + (memoryBytes % share == 0 ? 0 : 1)) * GIB;
    }

    /** Of a capture that asks nobody, and whose dump is not split: a file has all of it. */
    public CaptureSettings(
            Map<String, Object> client,
            Topics topics,
            String dumpId,
            String host,
            String tenant,
            RuleSet capture,
            List<String> ruleSets,
            PageCodec codec,
            long stripeBytes,
            int threads) {
        this(
                client,
                topics,
                dumpId,
                host,
                tenant,
                capture,
                ruleSets,
                codec,
                stripeBytes,
                1,
                threads,
                AdmissionPolicy.NEVER);
    }

    /**
     * Of a capture that goes on: it captures as the dump's manifest says that it began.
     *
     * @param capture the rule set that the manifest names
     */
    public static CaptureSettings goingOn(
            Map<String, Object> client,
            Topics topics,
            Manifest manifest,
            RuleSet capture,
            int threads,
            AdmissionPolicy admission) {
        return new CaptureSettings(
                client,
                topics,
                manifest.getDumpId(),
                manifest.getHost(),
                manifest.getTenant(),
                capture,
                manifest.getRuleSets(),
                PageCodec.valueOf(manifest.getCodec().name()),
                CHOOSE_STRIPES,
                manifest.getParts(),
                threads,
                admission);
    }

    /**
     * Checks every value against its range.
     *
     * @throws IllegalArgumentException naming the value and what was expected
     */
    public CaptureSettings {
        client = Map.copyOf(client);
        ruleSets = List.copyOf(ruleSets);
        Objects.requireNonNull(topics, "topics");
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(capture, "capture");
        Objects.requireNonNull(codec, "codec");
        Objects.requireNonNull(admission, "admission");
        if (!DumpId.isValid(dumpId)) {
            throw new IllegalArgumentException("dump id '" + dumpId + "', expected a UUID version 7 in lower case");
        }
        if (stripeBytes < 0 || stripeBytes % GIB != 0) {
            throw new IllegalArgumentException("stripe of " + stripeBytes + " bytes, expected a multiple of 1 GiB");
        }
        if (parts < 1 || parts > MAX_PARTS) {
            throw new IllegalArgumentException(parts + " parts, expected 1 to " + MAX_PARTS);
        }
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException(threads + " threads, expected 1 to " + MAX_THREADS);
        }
    }
}
