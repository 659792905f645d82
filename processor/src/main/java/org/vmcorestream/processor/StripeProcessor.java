// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeVerdict;

/**
 * Descriptors in, verdicts out, for the stripes of one partition.
 *
 * <p>Nothing is sent before a record has been judged as a whole. One that cannot be processed goes to the dead letters with
 * what is wrong, and leaves the stripe as it was; the end of the stripe then says how many chunks are missing. Records that
 * come again (a producer that went on after a restart) are passed over without a word.
 *
 * <p>A cluster that does not say what a rule set is, is no fault of the record: that stops the processor, which goes on at the
 * same record when it is started again.
 */
final class StripeProcessor implements Processor<byte[], byte[], byte[], PlacedValue> {
    private static final Logger LOG = LoggerFactory.getLogger(StripeProcessor.class);

    private final VerdictTopology.Names names;
    private final RuleSetCatalog catalog;
    private final Duration expiry;
    private final Supplier<String> incarnation;

    private final ChunkScratch scratch = new ChunkScratch();
    private final List<VerdictRecord> outputs = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private ProcessorContext<byte[], PlacedValue> context;
    private OpenStripes stripes;
    private boolean stripeEnded;

    /**
     * @param names of the nodes and of the store
     * @param catalog rule sets that are known
     * @param expiry after how long without a record a stripe counts as one that never ends
     * @param incarnation ids of the topics, as they are when it begins; see {@link OpenStripes}
     */
    StripeProcessor(
            VerdictTopology.Names names, RuleSetCatalog catalog, Duration expiry, Supplier<String> incarnation) {
        this.names = names;
        this.catalog = catalog;
        this.expiry = expiry;
        this.incarnation = incarnation;
    }

    @Override
    public void init(ProcessorContext<byte[], PlacedValue> context) {
        this.context = context;
        stripes = new OpenStripes(context.getStateStore(names.store()), catalog, incarnation.get());
        Duration interval = expiry.dividedBy(8);
        context.schedule(
                interval.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : interval,
                PunctuationType.WALL_CLOCK_TIME,
                this::expire);
    }

    private void expire(long now) {
        for (String stripe : stripes.removeTouchedBefore(now - expiry.toMillis())) {
            LOG.warn("stripe {} dropped: no record for {}, expected its end", stripe, expiry);
        }
    }

    @Override
    public void process(Record<byte[], byte[]> received) {
        if (received.value() == null) {
            return;
        }
        outputs.clear();
        problems.clear();
        stripeEnded = false;
        try {
            judge(received);
        } catch (RefusedException e) {
            outputs.clear();
            problems.add(e.getMessage());
        }
        long timestamp = Math.min(received.timestamp(), context.currentSystemTimeMs());
        int partition = context.taskId().partition();
        for (VerdictRecord output : outputs) {
            PlacedValue value = new PlacedValue(partition, RecordCodec.encode(output.message()));
            context.forward(new Record<>(output.key(), value, timestamp, output.headers()), sink(output.target()));
        }
        if (!problems.isEmpty()) {
            bury(received, String.join("; ", problems), timestamp);
        }
        if (stripeEnded) {
            context.commit();
        }
    }

    private String sink(VerdictRecord.Target target) {
        return switch (target) {
            case VERDICTS -> names.verdicts();
            case EXCLUSION_STATS -> names.exclusionStats();
        };
    }

    private void bury(Record<byte[], byte[]> received, String problem, long timestamp) {
        RecordMetadata from = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("record without a topic, expected one that was read"));
        LOG.warn("{}-{} offset {}: {}", from.topic(), from.partition(), from.offset(), problem);
        context.forward(
                DeadLetters.of(received, problem, from.topic(), from.partition(), from.offset(), timestamp),
                names.deadLetters());
    }

    private void judge(Record<byte[], byte[]> received) throws RefusedException {
        SpecificRecordBase message;
        try {
            message = RecordCodec.decode(ByteBuffer.wrap(received.value()));
        } catch (MalformedRecordException e) {
            throw new RefusedException(e.getMessage(), e);
        }
        if (message instanceof StripeOpened opened) {
            open(opened);
        } else if (message instanceof ChunkMetadata chunk) {
            decide(chunk);
        } else if (message instanceof StripeClosed closed) {
            close(closed, received.timestamp());
        } else {
            throw new RefusedException("record is a " + message.getSchema().getName()
                    + ", expected a StripeOpened, ChunkMetadata or StripeClosed");
        }
    }

    private void open(StripeOpened opened) throws RefusedException {
        StripeAnnouncement.check(opened);
        OpenStripe before = before(opened);
        if (before != null) {
            if (before.opened().equals(opened)) {
                return;
            }
            throw new RefusedException(
                    StripeAnnouncement.name(opened) + " is opened a second time, and differently; expected its chunks");
        }
        if (stripes.isFull()) {
            throw new RefusedException(StripeAnnouncement.name(opened) + " is one more than the " + OpenStripes.MAX_OPEN
                    + " that can be open on a partition");
        }
        List<String> unknown = new ArrayList<>();
        List<RuleSet> ruleSets = catalog.resolve(opened.getRuleSets(), unknown);
        for (String problem : unknown) {
            problems.add(StripeAnnouncement.name(opened) + " " + problem);
        }
        if (ruleSets.isEmpty()) {
            return;
        }
        stripes.put(OpenStripe.begin(opened, ruleSets, catalog), context.currentSystemTimeMs());
    }

    /** The stripe as it is already open; null when it is not, or cannot be continued and begins anew. */
    private OpenStripe before(StripeOpened opened) {
        try {
            return stripes.get(opened.getDumpId(), opened.getStripe());
        } catch (RefusedException e) {
            problems.add(e.getMessage());
            return null;
        }
    }

    private void decide(ChunkMetadata chunk) throws RefusedException {
        OpenStripe stripe = opened("chunk " + chunk.getChunk(), chunk.getDumpId(), chunk.getStripe());
        if (stripe.isBehind(chunk)) {
            return;
        }
        List<ChunkVerdict> verdicts;
        try {
            verdicts = stripe.decide(chunk, scratch);
        } catch (RuntimeException e) {
            stripes.forget(chunk.getDumpId(), chunk.getStripe());
            throw new RefusedException(
                    "chunk " + chunk.getChunk() + " of " + StripeAnnouncement.name(stripe.opened())
                            + " cannot be decided: " + e,
                    e);
        }
        for (ChunkVerdict verdict : verdicts) {
            outputs.add(VerdictRecord.of(verdict));
        }
        stripes.put(stripe, context.currentSystemTimeMs());
    }

    private void close(StripeClosed closed, long timestamp) throws RefusedException {
        OpenStripe stripe = opened("end", closed.getDumpId(), closed.getStripe());
        problems.addAll(stripe.problems(closed));
        List<StripeVerdict> totals = stripe.totals(problems);
        List<ExclusionStats> stats = stripe.stats(timestamp, "");
        for (int lane = 0; lane < totals.size(); lane++) {
            outputs.add(VerdictRecord.of(stripe.opened(), totals.get(lane)));
            outputs.add(VerdictRecord.of(stripe.opened(), stats.get(lane)));
        }
        stripes.remove(stripe);
        stripeEnded = true;
    }

    private OpenStripe opened(String what, String dumpId, int number) throws RefusedException {
        OpenStripe stripe = stripes.get(dumpId, number);
        if (stripe == null) {
            throw new RefusedException(what + " of " + StripeAnnouncement.name(dumpId, number)
                    + ", which is not open, expected its StripeOpened first");
        }
        return stripe;
    }
}
