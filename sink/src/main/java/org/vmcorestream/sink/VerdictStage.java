// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecordBase;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.schemas.records.StripeVerdict;

/**
 * The first stage of an assembly: reads the verdicts on all stripes. Each partition that stripes travel on is read once, from
 * the time on at which the dump was opened, until the verdict on each of its stripes has ended. Belongs to one thread at a
 * time.
 */
final class VerdictStage {
    /** How far clocks of hosts are believed to be apart. */
    static final long CLOCK_SKEW_MILLIS = 10 * 60_000L;

    private final DumpPlan plan;
    private final String ruleSet;
    private final StageTools tools;
    private final StageReader reader;
    private final Problems problems;
    private final VerdictCollector collector;
    private final int[] partitions;
    private int current;
    private boolean positioned;
    private boolean news;

    VerdictStage(DumpPlan plan, String ruleSet, StageTools tools, StageReader reader, Problems problems) {
        this.plan = plan;
        this.ruleSet = ruleSet;
        this.tools = tools;
        this.reader = reader;
        this.problems = problems;
        collector = new VerdictCollector(plan);
        partitions = IntStream.range(0, plan.stripes())
                .map(stripe -> plan.stripe(stripe).getPartition())
                .distinct()
                .toArray();
    }

    /**
     * Reads a little.
     *
     * @param latest newest record of the dump
     * @param stalled whether nothing more is expected than what is there: then a partition is given up at its end
     * @param failed whether the capture has failed and nothing came for a while: then a partition is given up at its end when
     *     only verdicts are missing that will never come
     */
    Step step(DumpPlan latest, boolean stalled, boolean failed) {
        news = false;
        while (current < partitions.length && partitionDone(partitions[current])) {
            next();
        }
        if (current == partitions.length) {
            return Step.DONE;
        }
        String topic = tools.topics().verdicts();
        int partition = partitions[current];
        if (!positioned) {
            long from = Math.max(0, plan.manifest().getOpenedAt() - CLOCK_SKEW_MILLIS);
            reader.seekToTime(topic, partition, from);
            positioned = true;
        }
        List<LogRecord> records;
        try {
            records = reader.read();
        } catch (OffsetGoneException e) {
            reader.seek(topic, partition, e.beginning());
            return Step.PROGRESS;
        }
        for (LogRecord record : records) {
            if (record.value() != null && record.dumpId().equals(plan.dumpId())) {
                accept(record);
            }
        }
        if (records.isEmpty()) {
            if ((stalled || failed && hopeless(latest, partition)) && reader.caughtUp()) {
                next();
                return Step.PROGRESS;
            }
            return Step.IDLE;
        }
        return Step.PROGRESS;
    }

    private void next() {
        current++;
        positioned = false;
    }

    private boolean partitionDone(int partition) {
        for (int stripe = 0; stripe < plan.stripes(); stripe++) {
            if (plan.stripe(stripe).getPartition() == partition && !collector.done(stripe)) {
                return false;
            }
        }
        return true;
    }

    private void accept(LogRecord record) {
        try {
            SpecificRecordBase message = RecordCodec.decode(record.value());
            if (message instanceof ChunkVerdict verdict) {
                if (isOurs(verdict.getDumpId(), verdict.getRuleSet()) && !done(verdict.getStripe())) {
                    collector.accept(verdict);
                    news = true;
                }
            } else if (message instanceof StripeVerdict verdict) {
                if (isOurs(verdict.getDumpId(), verdict.getRuleSet())) {
                    collector.accept(verdict, problems);
                    news = true;
                }
            } else {
                throw new MalformedRecordException(
                        "record is a " + message.getSchema().getName() + ", expected a verdict");
            }
        } catch (MalformedRecordException e) {
            String problem = record.place() + ": " + e.getMessage();
            problems.add(problem);
            tools.outbox().deadLetter(record, problem);
        }
    }

    private boolean isOurs(String dumpId, String name) {
        return dumpId.equals(plan.dumpId()) && name.equals(ruleSet);
    }

    private boolean done(int stripe) {
        return stripe >= 0 && stripe < plan.stripes() && collector.done(stripe);
    }

    /** Whether the last step brought something of this assembly. */
    boolean news() {
        return news;
    }

    /** What was read so far. */
    VerdictCollector collector() {
        return collector;
    }

    /**
     * Whether every stripe of the partition that is read now has its verdict, or is one whose metadata never came to its end,
     * so that no processor will end its verdict either.
     */
    private boolean hopeless(DumpPlan latest, int partition) {
        for (int stripe = 0; stripe < plan.stripes(); stripe++) {
            StripeState state = latest.stripe(stripe);
            boolean sent = state.getMetadataEnd() >= 0 || state.getDataOffset() >= 0;
            if (state.getPartition() == partition && sent && !collector.done(stripe)) {
                return false;
            }
        }
        return true;
    }
}
