// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.schemas.records.StripeState;

/**
 * Reads the pages of a dump, each sequence of them from the offset that the dump's record announces to its {@code StripeEnd}. Goes from one sequence to another as
 * they are asked for. Belongs to one thread at a time.
 */
final class SequenceReader {
    private final String dumpId;
    private final StageTools tools;
    private final StageReader reader;
    private final Problems problems;
    private DumpPlan latest;
    private boolean last;
    private boolean news;
    private boolean progressed;

    /** What the reader is at; what was read in this step. */
    private PageSequence reading;

    private int reads;

    SequenceReader(String dumpId, StageTools tools, StageReader reader, Problems problems) {
        this.dumpId = dumpId;
        this.tools = tools;
        this.reader = reader;
        this.problems = problems;
    }

    /**
     * Begins a step.
     *
     * @param newest newest record of the dump
     * @param draining whether nothing more is expected than what is there
     */
    void begin(DumpPlan newest, boolean draining) {
        latest = newest;
        last = draining || newest.state() == DumpState.FAILED;
        news = false;
        progressed = false;
        reads = 0;
    }

    /** Whether nothing begins any more that has not begun. */
    boolean nothingMoreBegins() {
        return last || latest.state() == DumpState.CAPTURED;
    }

    /** Whether what was read may be kept: while a reader is lent, and their number is bounded. */
    boolean keeps() {
        return reader.isLent();
    }

    /**
     * Has a page of a sequence at hand, or its end; reads at most once in a step for each of two sequences.
     *
     * @return false when neither is there yet
     */
    boolean prepare(PageSequence sequence) {
        if (look(sequence)) {
            return true;
        }
        if (reads == 2 || reads == 1 && reading == sequence) {
            return false;
        }
        return read(sequence);
    }

    /** Looks at what was read until a page or the end is at hand. */
    private boolean look(PageSequence sequence) {
        while (!sequence.hasPage() && !sequence.ended()) {
            LogRecord record = sequence.nextRead();
            if (record == null) {
                return false;
            }
            if (record.value() != null && record.dumpId().equals(dumpId)) {
                accept(record, sequence);
            }
        }
        return true;
    }

    private boolean read(PageSequence sequence) {
        StripeState state = state(sequence);
        if (reading != sequence || reader.position() != sequence.position()) {
            reader.seek(tools.topics().pageData(), sequence.partition(), sequence.position());
            reading = sequence;
        }
        reads++;
        List<LogRecord> records;
        try {
            records = reader.read();
        } catch (OffsetGoneException e) {
            return gone(sequence, state, e);
        }
        sequence.read(records, reader.position());
        progressed |= !records.isEmpty();
        if (look(sequence)) {
            return true;
        }
        if (state.getDataEnd() >= 0 && sequence.position() > state.getDataEnd()) {
            return giveUp(sequence, "its end did not come");
        }
        if (records.isEmpty() && last && reader.caughtUp()) {
            return giveUp(sequence, latest.state() == DumpState.FAILED ? "the capture failed" : "nothing more came");
        }
        return false;
    }

    /** The sequence as the dump's newest record has it. */
    private StripeState state(PageSequence sequence) {
        int number = sequence.number();
        return number < 0 ? latest.early(Keys.earlyStripe(number)).orElseThrow() : latest.stripe(number);
    }

    private boolean gone(PageSequence sequence, StripeState state, OffsetGoneException e) {
        progressed = true;
        if (e.beginning() <= e.offset()) {
            return giveUp(sequence, "its pages are gone: " + e.getMessage());
        }
        problems.add(sequence.name() + ": the retention of page-data passed: " + e.getMessage());
        sequence.retentionPassed();
        if (state.getDataEnd() >= 0 && e.beginning() > state.getDataEnd()) {
            return giveUp(sequence, "none of its pages are left");
        }
        sequence.seek(e.beginning());
        return false;
    }

    private boolean giveUp(PageSequence sequence, String why) {
        sequence.giveUp();
        problems.add(sequence.name() + ": " + why);
        progressed = true;
        return true;
    }

    private void accept(LogRecord record, PageSequence sequence) {
        try {
            SpecificRecordBase message = RecordCodec.decode(record.value());
            if (message instanceof PageBatch batch) {
                if (batch.getDumpId().equals(dumpId) && batch.getStripe() == sequence.number()) {
                    news |= sequence.accept(batch);
                }
            } else if (message instanceof StripeEnd end) {
                if (end.getDumpId().equals(dumpId) && end.getStripe() == sequence.number()) {
                    sequence.accept(end);
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

    /** Whether the last step brought something of this dump. */
    boolean news() {
        return news;
    }

    /** Whether the last step brought anything on. */
    boolean progressed() {
        return progressed;
    }
}
