// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.StripeState;

/**
 * Finds out what the cluster has of a dump whose capture was cut short, stripe by stripe. What topic dumps says is taken as
 * it is; behind that is looked, in the few partitions where the capture was sending:
 *
 * <pre>
 *  page-metadata: the stripes in their order, up to the first that did not come to its end
 *  page-data:     the same for the stripes of each part, from the last offset that topic dumps names
 * </pre>
 *
 * So little is read: of the dump's own pages some 256 MiB behind that offset, and what others sent meanwhile. What is overlooked all the
 * same is sent a second time, which does no harm: who reads it knows it by its number. A stripe of which something
 * is missing before what arrived, because its retention passed or a broker lost it, is sent anew as a whole. Belongs to one thread.
 */
final class ArrivalSearch {
    private static final Logger LOG = LoggerFactory.getLogger(ArrivalSearch.class);

    /** What is on its way at a time has arrived, or never will, so long after it. */
    private static final long MINUTE_MILLIS = Duration.ofMinutes(1).toMillis();

    /** Processors forget a stripe that nothing comes of for a week; one that is older than this is described anew. */
    private static final long OLD_MILLIS = Duration.ofDays(1).toMillis();

    private final PartitionLog log;
    private final Topics topics;
    private final BegunDump dump;
    private final List<Stripe> stripes;
    private final PfnRuns present;
    private final LongSupplier clock;
    private final Map<String, Long> beginnings = new HashMap<>();

    /**
     * @param stripes those of the dump
     * @param present page frames with memory
     * @param clock tells the time, milliseconds since 1970-01-01 UTC
     */
    ArrivalSearch(
            PartitionLog log,
            Topics topics,
            BegunDump dump,
            List<Stripe> stripes,
            PfnRuns present,
            LongSupplier clock) {
        this.log = log;
        this.topics = topics;
        this.dump = dump;
        this.stripes = stripes;
        this.present = present;
        this.clock = clock;
    }

    /**
     * What arrived of each stripe.
     *
     * @throws CaptureException when the cluster does not answer
     */
    List<StripeArrived> search() throws InterruptedException {
        StripeArrived.Metadata[] metadata = new StripeArrived.Metadata[stripes.size()];
        StripeArrived.Data[] data = new StripeArrived.Data[stripes.size()];
        Arrays.fill(metadata, StripeArrived.Metadata.NOTHING);
        Arrays.fill(data, StripeArrived.Data.NOTHING);
        boolean all = true;
        long since = sinceLastSign();
        int lastTold = -1;
        for (Stripe stripe : stripes) {
            StripeState state = dump.state(stripe.number());
            lastTold = Math.max(state.getMetadataOffset(), state.getMetadataEnd()) >= 0 ? stripe.number() : lastTold;
        }
        for (Stripe stripe : stripes) {
            Interrupts.check();
            boolean told = stripe.number() <= lastTold;
            if (told || all) {
                ArrivedMetadata found = metadata(stripe, told ? opened() : since);
                metadata[stripe.number()] = found.result();
                since = found.endedAt(since);
            }
            all &= metadata[stripe.number()].done();
        }
        if (all) {
            data(data);
        }
        List<StripeArrived> arrived = new ArrayList<>(stripes.size());
        for (int i = 0; i < metadata.length; i++) {
            arrived.add(new StripeArrived(metadata[i], data[i]));
        }
        return List.copyOf(arrived);
    }

    /** No record of a stripe that topic dumps tells nothing of was sent before. */
    private long sinceLastSign() {
        return Math.max(opened(), dump.toldAt() - MINUTE_MILLIS);
    }

    /** No record at all was sent before. */
    private long opened() {
        return dump.manifest().getOpenedAt();
    }

    private ArrivedMetadata metadata(Stripe stripe, long since) {
        StripeState state = dump.state(stripe.number());
        String topic = topics.pageMetadata();
        int partition = stripe.partition();
        ArrivedMetadata arrived = new ArrivedMetadata(stripe, present, clock.getAsLong() - OLD_MILLIS);
        long first = state.getMetadataOffset();
        if (isGone(topic, partition, first, state.getMetadataEnd())) {
            LOG.info(
                    "stripe {} of dump {}: its metadata is gone, it is described anew", stripe.number(), dump.dumpId());
            return arrived;
        }
        if (first >= 0 && state.getMetadataEnd() >= 0) {
            OptionalInt[] digest = {OptionalInt.empty()};
            long end = state.getMetadataEnd();
            log.read(topic, partition, end, end + 1, record -> {
                digest[0] = ArrivedMetadata.digest(record);
                return false;
            });
            arrived.told(first, end, digest[0]);
            return arrived;
        }
        long from = first >= 0 ? first : log.offsetAt(topic, partition, since);
        log.read(topic, partition, from, log.end(topic, partition), new OwnRecords(dump, stripe, arrived));
        return arrived;
    }

    private void data(StripeArrived.Data[] into) throws InterruptedException {
        Map<Integer, Long> since = new HashMap<>();
        Map<Integer, Boolean> all = new HashMap<>();
        Map<Integer, Integer> lastTold = new HashMap<>();
        for (Stripe stripe : stripes) {
            StripeState state = dump.state(stripe.number());
            if (Math.max(state.getDataOffset(), state.getDataEnd()) >= 0) {
                lastTold.put(stripe.part(), stripe.number());
            }
        }
        for (Stripe stripe : stripes) {
            Interrupts.check();
            int part = stripe.part();
            boolean told = stripe.number() <= lastTold.getOrDefault(part, -1);
            if (told || all.getOrDefault(part, true)) {
                ArrivedData found = data(stripe, told ? opened() : since.getOrDefault(part, sinceLastSign()));
                into[stripe.number()] = found.result();
                since.put(part, found.endedAt(sinceLastSign()));
            }
            all.merge(part, into[stripe.number()].done(), Boolean::logicalAnd);
        }
    }

    private ArrivedData data(Stripe stripe, long since) {
        StripeState state = dump.state(stripe.number());
        String topic = topics.pageData();
        int partition = stripe.partition();
        long first = state.getDataOffset();
        ArrivedData arrived = new ArrivedData(first);
        if (isGone(topic, partition, first, state.getDataEnd())) {
            LOG.info(
                    "stripe {} of dump {}: its pages have expired or were lost, it is sent anew",
                    stripe.number(),
                    dump.dumpId());
            return new ArrivedData(Receipt.UNKNOWN);
        }
        if (first >= 0 && state.getDataEnd() >= 0) {
            arrived.told(
                    state.getDataEnd(),
                    new DataTotals(0, state.getPages(), state.getZeroPages(), state.getPageBytes(), state.getDigest()));
            return arrived;
        }
        long from = first >= 0 ? dump.reached(stripe.number()) : log.offsetAt(topic, partition, since);
        log.read(topic, partition, from, log.end(topic, partition), new OwnRecords(dump, stripe, arrived));
        return arrived;
    }

    /** Whether a partition lacks the first record of a stripe, or the last: its retention passed, or a broker lost it. */
    private boolean isGone(String topic, int partition, long first, long last) {
        return first >= 0
                && (first < beginning(topic, partition) || Math.max(first, last) >= log.end(topic, partition));
    }

    private long beginning(String topic, int partition) {
        return beginnings.computeIfAbsent(topic + "-" + partition, name -> log.beginning(topic, partition));
    }
}
