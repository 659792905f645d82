// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import org.apache.avro.specific.SpecificRecordBase;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.StripeVerdict;
import org.vmcorestream.vmcore.kdump.KdumpDraft;

/**
 * Takes what is read of topic verdicts into one assembly; what cannot be used is copied to dead-letters and is a problem of
 * the file. Belongs to one thread at a time.
 */
final class VerdictIntake {
    private final DumpPlan plan;
    private final String ruleSet;
    private final Outbox outbox;
    private final Problems problems;
    private final MissingPages missing;
    private final VerdictCollector collector;

    /** Begins with a file that no verdict came for. */
    VerdictIntake(AssemblyOrder order, Outbox outbox, Problems problems, MissingPages missing, KdumpDraft draft) {
        plan = order.plan();
        ruleSet = order.ruleSet();
        this.outbox = outbox;
        this.problems = problems;
        this.missing = missing;
        collector = new VerdictCollector(plan, draft);
    }

    /**
     * Takes a record, and says whether it was one of this assembly.
     *
     * @throws IOException when the file cannot be written
     */
    boolean accept(LogRecord record) throws IOException {
        return accept(record, null);
    }

    /**
     * Takes a record of a place that holds one stripe's verdict, and says whether it was one of this assembly.
     *
     * @param place the place; null when every stripe's verdict is taken, whose end is wherever it comes
     * @throws IOException when the file cannot be written
     */
    boolean accept(LogRecord record, ReplayPlan.Place place) throws IOException {
        if (record.value() == null || !record.dumpId().equals(plan.dumpId())) {
            return false;
        }
        try {
            SpecificRecordBase message = RecordCodec.decode(record.value());
            if (message instanceof ChunkVerdict verdict) {
                int stripe = verdict.getStripe();
                if (isOurs(verdict.getDumpId(), verdict.getRuleSet(), stripe, place) && !done(stripe)) {
                    collector.accept(verdict);
                    return true;
                }
            } else if (message instanceof StripeVerdict verdict) {
                int stripe = verdict.getStripe();
                boolean end = place == null || record.offset() == place.lastOffset();
                if (end && isOurs(verdict.getDumpId(), verdict.getRuleSet(), stripe, place)) {
                    accept(verdict);
                    return true;
                }
            } else {
                throw new MalformedRecordException(
                        "record is a " + message.getSchema().getName() + ", expected a verdict");
            }
        } catch (MalformedRecordException e) {
            String problem = record.place() + ": " + e.getMessage();
            problems.add(problem);
            outbox.deadLetter(record, problem);
        }
        return false;
    }

    private void accept(StripeVerdict verdict) throws MalformedRecordException {
        if (!done(verdict.getStripe())) {
            missing.announce(verdict.getStripe(), verdict.getNotCaptured());
        }
        collector.accept(verdict, problems);
    }

    private boolean isOurs(String dumpId, String name, int stripe, ReplayPlan.Place place) {
        return dumpId.equals(plan.dumpId()) && name.equals(ruleSet) && (place == null || place.stripe() == stripe);
    }

    private boolean done(int stripe) {
        return stripe >= 0 && stripe < plan.stripes() && collector.done(stripe);
    }

    /** What was taken so far. */
    VerdictCollector collector() {
        return collector;
    }
}
