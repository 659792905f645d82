// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.schemas.records.StripeState;

/**
 * The second stage of an assembly: copies the pages of all stripes of the dump, or of its part, in order, each from the offset that the dump's record
 * announces to its {@code StripeEnd}. Belongs to one thread at a time.
 */
final class PageStage {
    private final DumpPlan plan;
    private final DumpPart part;
    private final StageTools tools;
    private final StageReader reader;
    private final Problems problems;
    private final MissingPages missing;
    private final PageSink sink;
    private final PageBatchIndex index = new PageBatchIndex();
    private final List<StripeCopy> copied = new ArrayList<>();
    private int current;
    private StripeCopy copy;
    private long addedBefore;
    private boolean news;

    PageStage(
            AssemblyOrder order,
            StageTools tools,
            StageReader reader,
            Problems problems,
            MissingPages missing,
            PageSink sink) {
        plan = order.plan();
        part = order.part();
        current = part.firstStripe();
        this.tools = tools;
        this.reader = reader;
        this.problems = problems;
        this.missing = missing;
        this.sink = sink;
    }

    /**
     * Reads and copies a little.
     *
     * @param latest newest record of the dump
     * @param draining whether nothing more is expected than what is there: then a stripe is given up at its end
     * @throws IOException when the file cannot be written
     */
    Step step(DumpPlan latest, boolean draining) throws IOException {
        news = false;
        if (current == part.endStripe()) {
            return Step.DONE;
        }
        StripeState stripe = latest.stripe(current);
        boolean last = draining || latest.state() == DumpState.FAILED;
        if (copy == null) {
            if (stripe.getDataOffset() < 0) {
                if (!last && latest.state() != DumpState.CAPTURED) {
                    return Step.IDLE;
                }
                copy = new StripeCopy(stripe, plan.pageSize(), sink, index, problems);
                endStripe("its pages were never sent");
                return Step.PROGRESS;
            }
            reader.seek(tools.topics().pageData(), stripe.getPartition(), stripe.getDataOffset());
            copy = new StripeCopy(stripe, plan.pageSize(), sink, index, problems);
        }
        List<LogRecord> records;
        try {
            records = reader.read();
        } catch (OffsetGoneException e) {
            return gone(stripe, e);
        }
        for (LogRecord record : records) {
            if (record.value() != null && record.dumpId().equals(plan.dumpId())) {
                accept(record);
            }
            if (copy.ended()) {
                endStripe("");
                return Step.PROGRESS;
            }
        }
        if (stripe.getDataEnd() >= 0 && reader.position() > stripe.getDataEnd()) {
            endStripe("its end did not come");
            return Step.PROGRESS;
        }
        if (!records.isEmpty()) {
            return Step.PROGRESS;
        }
        if (last && reader.caughtUp()) {
            endStripe(latest.state() == DumpState.FAILED ? "the capture failed" : "nothing more came");
            return Step.PROGRESS;
        }
        return Step.IDLE;
    }

    private Step gone(StripeState stripe, OffsetGoneException e) throws IOException {
        if (e.beginning() <= e.offset()) {
            endStripe("its pages are gone: " + e.getMessage());
            return Step.PROGRESS;
        }
        problems.add("stripe " + current + ": the retention of page-data passed: " + e.getMessage());
        copy.retentionPassed();
        if (stripe.getDataEnd() >= 0 && e.beginning() > stripe.getDataEnd()) {
            endStripe("none of its pages are left");
        } else {
            reader.seek(tools.topics().pageData(), stripe.getPartition(), e.beginning());
        }
        return Step.PROGRESS;
    }

    private void accept(LogRecord record) throws IOException {
        try {
            SpecificRecordBase message = RecordCodec.decode(record.value());
            if (message instanceof PageBatch batch) {
                if (batch.getDumpId().equals(plan.dumpId()) && batch.getStripe() == current) {
                    news |= copy.accept(batch);
                }
            } else if (message instanceof StripeEnd end) {
                if (end.getDumpId().equals(plan.dumpId()) && end.getStripe() == current) {
                    copy.accept(end);
                    news = true;
                }
            } else {
                throw new MalformedRecordException(
                        "record is a " + message.getSchema().getName() + ", expected PageBatch or StripeEnd");
            }
        } catch (MalformedRecordException e) {
            String problem = record.place() + ": " + e.getMessage();
            problems.add(problem);
            tools.outbox().deadLetter(record, problem);
        }
    }

    /** Ends a stripe; {@code why} is said of one whose end did not come. */
    private void endStripe(String why) throws IOException {
        StripeState stripe = plan.stripe(current);
        long kept = sink.keptIn(stripe.getFirstPfn(), stripe.getEndPfn());
        long absent = kept - (sink.added() - addedBefore);
        long unreadable = sink.takeUnreadable();
        addedBefore = sink.added();
        String name = "stripe " + current + ": ";
        if (unreadable > 0) {
            problems.add(name + unreadable + " pages cannot be decompressed, first " + sink.unreadableReason());
        }
        if (!why.isEmpty()) {
            problems.add(name + why);
        }
        long gaps = copy.gaps();
        if (gaps > 0) {
            problems.add(name + gaps + " of the " + kept + " pages it keeps did not come, " + copy.where());
        }
        missing.stripe(current, absent - unreadable, gaps, copy.expired());
        copied.add(copy);
        copy = null;
        current++;
    }

    /** Compares all stripes with the dump's last record. */
    void checkAgainst(DumpPlan latest) {
        for (int i = 0; i < copied.size(); i++) {
            copied.get(i).checkAgainst(latest.stripe(part.firstStripe() + i));
        }
    }

    /** Whether the last step brought something of this assembly. */
    boolean news() {
        return news;
    }
}
