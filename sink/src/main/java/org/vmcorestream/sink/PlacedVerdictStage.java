// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.util.List;

/**
 * The first stage of a replay's assembly: reads the verdicts at the places that the replay's outcome names and nowhere else,
 * one place after the other, from its first offset to its last one. Compaction may have thinned out a place, and retention
 * have taken its beginning; whatever is missing is said, and its pages are kept. Belongs to one thread at a time.
 */
final class PlacedVerdictStage implements VerdictReading {
    /** Most records that can be there unseen, because a transaction in front of them is still open: some seconds of them. */
    private static final long MAX_OUT_OF_SIGHT = 1 << 20;

    private final List<ReplayPlan.Place> places;
    private final String topic;
    private final StageReader reader;
    private final Problems problems;
    private final VerdictIntake intake;
    private int current;
    private boolean positioned;
    private boolean news;

    PlacedVerdictStage(ReplayPlan replay, String topic, StageReader reader, Problems problems, VerdictIntake intake) {
        places = replay.places();
        this.topic = topic;
        this.reader = reader;
        this.problems = problems;
        this.intake = intake;
    }

    /**
     * Reads a little. An outcome can be seen a moment before the verdicts it speaks of, where a transaction in front of them is
     * still open, so a place that ends too early is waited for until {@code stalled}; one that lies further behind the end than
     * any open transaction reaches never comes.
     */
    @Override
    public Step step(DumpPlan latest, boolean stalled, boolean failed) throws IOException {
        news = false;
        if (current == places.size()) {
            return Step.DONE;
        }
        ReplayPlan.Place place = places.get(current);
        if (!positioned) {
            reader.seek(topic, place.partition(), place.firstOffset());
            positioned = true;
            if (place.lastOffset() - reader.end() > MAX_OUT_OF_SIGHT) {
                return end(place);
            }
        }
        List<LogRecord> records;
        try {
            records = reader.read();
        } catch (OffsetGoneException e) {
            return gone(place, e);
        }
        for (LogRecord record : records) {
            if (record.offset() > place.lastOffset()) {
                break;
            }
            news |= intake.accept(record, place);
        }
        if (reader.position() > place.lastOffset()) {
            return end(place);
        }
        if (!records.isEmpty()) {
            return Step.PROGRESS;
        }
        return stalled && reader.caughtUp() ? end(place) : Step.IDLE;
    }

    private Step gone(ReplayPlan.Place place, OffsetGoneException e) {
        problems.add("stripe " + place.stripe() + ": the retention of verdicts passed: " + e.getMessage());
        if (e.beginning() <= e.offset() || e.beginning() > place.lastOffset()) {
            return end(place);
        }
        reader.seek(topic, place.partition(), e.beginning());
        return Step.PROGRESS;
    }

    private Step end(ReplayPlan.Place place) {
        if (!intake.collector().done(place.stripe())) {
            problems.add("stripe " + place.stripe() + ": no verdict on it ends at " + topic + "-" + place.partition()
                    + " offset " + place.lastOffset());
        }
        current++;
        positioned = false;
        return Step.PROGRESS;
    }

    @Override
    public boolean news() {
        return news;
    }
}
