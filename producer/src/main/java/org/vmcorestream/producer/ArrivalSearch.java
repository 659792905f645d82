// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.StripeState;

/**
 * Finds out what the cluster has of a dump whose capture was cut short, stripe by stripe. What topic dumps says is taken as
 * it is; behind that is looked, in the few partitions where the capture was sending:
 *
 * <pre>
 *  page-metadata: the stripes in their order, up to the first that did not come to its end
 *  page-data:     the same for the early pages and the stripes of each part, from the last offset that topic dumps names
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
    private final List<Stripe> early;
    private final List<Stripe> stripes;
    private final PfnRuns present;
    private final LongSupplier clock;
    private final Map<String, Long> beginnings = new HashMap<>();

    /**
     * @param early early pages of each part of the dump; none where none are sent early
     * @param stripes those of the dump
     * @param present page frames with memory
     * @param clock tells the time, milliseconds since 1970-01-01 UTC
     */
    ArrivalSearch(
            PartitionLog log,
            Topics topics,
            BegunDump dump,
            List<Stripe> early,
            List<Stripe> stripes,
            PfnRuns present,
            LongSupplier clock) {
        this.log = log;
        this.topics = topics;
        this.dump = dump;
        this.early = early;
        this.stripes = stripes;
        this.present = present;
        this.clock = clock;
    }

    /**
     * What arrived of a dump.
     *
     * @param byStripe by number of the stripe, early pages included
     */
    record Found(Map<Integer, StripeArrived> byStripe) {
        /** Of a dump that nothing was sent of. */
        static final Found NOTHING = new Found(Map.of());

        /** What arrived of a stripe, or of early pages. */
        StripeArrived of(Stripe stripe) {
            return byStripe.getOrDefault(stripe.number(), StripeArrived.NOTHING);
        }

        /** Whether pages of a stripe are missing, be they those sent early. */
        boolean misses(Stripe stripe) {
            StripeArrived early = byStripe.get(Keys.earlyStripe(stripe.part()));
            return !of(stripe).data().done() || early != null && !early.data().done();
        }
    }

    /** What is looked for in one place. */
    private interface Look {
        /**
         * Looks.
         *
         * @param since no record of the stripe was sent before
         */
        Arrived at(Stripe stripe, long since);
    }

    /**
     * What arrived of each stripe.
     *
     * @throws CaptureException when the cluster does not answer
     */
    Found search() throws InterruptedException {
        Map<Integer, StripeArrived.Metadata> metadata = new HashMap<>();
        Map<Integer, StripeArrived.Data> data = new HashMap<>();
        boolean all = walk(stripes, ArrivalSearch::describes, (stripe, since) -> {
            ArrivedMetadata found = metadata(stripe, since);
            metadata.put(stripe.number(), found.result());
            return found;
        });
        for (List<Stripe> sent : all ? inOrderOfSending() : List.<List<Stripe>>of()) {
            walk(sent, ArrivalSearch::sends, (stripe, since) -> {
                ArrivedData found = data(stripe, since);
                data.put(stripe.number(), found.result());
                return found;
            });
        }
        Map<Integer, StripeArrived> arrived = new HashMap<>();
        Stream.concat(early.stream(), stripes.stream())
                .map(Stripe::number)
                .forEach(number -> arrived.put(
                        number,
                        new StripeArrived(
                                metadata.getOrDefault(number, StripeArrived.Metadata.NOTHING),
                                data.getOrDefault(number, StripeArrived.Data.NOTHING))));
        return new Found(Map.copyOf(arrived));
    }

    /** The stripes of each part, its early pages first. */
    private Collection<List<Stripe>> inOrderOfSending() {
        Map<Integer, List<Stripe>> parts = new TreeMap<>();
        Stream.concat(early.stream(), stripes.stream())
                .forEach(stripe -> parts.computeIfAbsent(stripe.part(), part -> new ArrayList<>())
                        .add(stripe));
        return parts.values();
    }

    private static boolean describes(StripeState state) {
        return Math.max(state.getMetadataOffset(), state.getMetadataEnd()) >= 0;
    }

    private static boolean sends(StripeState state) {
        return Math.max(state.getDataOffset(), state.getDataEnd()) >= 0;
    }

    /**
     * Looks for stripes that were sent one after the other: up to the last one that topic dumps tells of, and behind it up to the first that did not come to
     * its end.
     *
     * @param told whether topic dumps tells of a stripe
     * @return whether all of them came to their end
     */
    private boolean walk(List<Stripe> inOrder, Predicate<StripeState> told, Look look) throws InterruptedException {
        int toldEnd = 0;
        for (int i = 0; i < inOrder.size(); i++) {
            toldEnd = told.test(dump.state(inOrder.get(i).number())) ? i + 1 : toldEnd;
        }
        boolean all = true;
        long since = sinceLastSign();
        for (int i = 0; i < inOrder.size() && (i < toldEnd || all); i++) {
            Interrupts.check();
            Arrived found = look.at(inOrder.get(i), i < toldEnd ? opened() : since);
            since = found.endedAt(since);
            all &= found.done();
        }
        return all;
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

    private ArrivedData data(Stripe stripe, long since) {
        StripeState state = dump.state(stripe.number());
        String topic = topics.pageData();
        int partition = stripe.partition();
        long first = state.getDataOffset();
        ArrivedData arrived = new ArrivedData(first);
        if (isGone(topic, partition, first, state.getDataEnd())) {
            LOG.info(
                    "{} of dump {}: its pages have expired or were lost, it is sent anew",
                    stripe.name(),
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
