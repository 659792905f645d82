// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.vmcorestream.schemas.records.StripeState;

/**
 * The first stage of an assembly: reads the verdicts on all stripes. Each partition that stripes travel on is read once, from
 * the time on at which the dump was opened, until the verdict on each of its stripes has ended. Belongs to one thread at a
 * time.
 */
final class VerdictStage implements VerdictReading {
    /** How far clocks of hosts are believed to be apart. */
    static final long CLOCK_SKEW_MILLIS = 10 * 60_000L;

    private final DumpPlan plan;
    private final String topic;
    private final StageReader reader;
    private final VerdictIntake intake;
    private final int[] partitions;
    private int current;
    private boolean positioned;
    private boolean news;

    VerdictStage(DumpPlan plan, String topic, StageReader reader, VerdictIntake intake) {
        this.plan = plan;
        this.topic = topic;
        this.reader = reader;
        this.intake = intake;
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
    @Override
    public Step step(DumpPlan latest, boolean stalled, boolean failed) throws IOException {
        news = false;
        while (current < partitions.length && partitionDone(partitions[current])) {
            next();
        }
        if (current == partitions.length) {
            return Step.DONE;
        }
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
            news |= intake.accept(record);
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
            if (plan.stripe(stripe).getPartition() == partition
                    && !intake.collector().done(stripe)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean news() {
        return news;
    }

    /**
     * Whether every stripe of the partition that is read now has its verdict, or is one whose metadata never came to its end,
     * so that no processor will end its verdict either.
     */
    private boolean hopeless(DumpPlan latest, int partition) {
        for (int stripe = 0; stripe < plan.stripes(); stripe++) {
            StripeState state = latest.stripe(stripe);
            boolean sent = state.getMetadataEnd() >= 0 || state.getDataOffset() >= 0;
            if (state.getPartition() == partition && sent && !intake.collector().done(stripe)) {
                return false;
            }
        }
        return true;
    }
}
