// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * Pages that were sent one behind the other, ascending: those of a stripe, or the early pages of a part. One batch of them is at hand at a time, until all its pages
 * are in the file. Batches that come again are passed over, those that do not come are named. Belongs to one thread at a time.
 */
final class PageSequence {
    private final StripeState state;
    private final String name;
    private final int pageSize;
    private final Problems problems;
    private final SequenceTotals totals;
    private final PageBatchIndex index = new PageBatchIndex();

    /** Records that were read and not looked at yet, and the offset behind them. */
    private final Queue<LogRecord> read = new ArrayDeque<>();

    private long position;

    /** The record that is looked at, which the batch at hand came in. */
    private long offset = -1;

    private PageCodec codec;
    private ByteBuffer data;
    private int dataSum;
    private int at;

    private int nextSequence;
    private long lastPfn = -1;
    private boolean over;
    private boolean skipped;
    private boolean expired;
    private boolean expiring;

    /**
     * @param state where it begins
     * @param name what messages call it
     */
    PageSequence(StripeState state, String name, int pageSize, Problems problems) {
        this.state = state;
        this.name = name;
        this.pageSize = pageSize;
        this.problems = problems;
        totals = new SequenceTotals(name, problems);
        position = state.getDataOffset();
    }

    /** What messages call it. */
    String name() {
        return name;
    }

    /** Number of the stripe, below 0 for early pages. */
    int number() {
        return state.getStripe();
    }

    /** Partition of page-data that it travels on. */
    int partition() {
        return state.getPartition();
    }

    /** Offset that is read next. */
    long position() {
        return position;
    }

    /** Goes to another offset, and drops what was read. */
    void seek(long toOffset) {
        read.clear();
        position = toOffset;
    }

    /** Takes records that were read. */
    void read(List<LogRecord> records, long behind) {
        read.addAll(records);
        position = behind;
    }

    /** The next record that was read and not looked at, null when there is none. */
    LogRecord nextRead() {
        LogRecord record = read.poll();
        offset = record == null ? offset : record.offset();
        return record;
    }

    /**
     * Lets go of the memory that records take. They are read again, and the batch at hand comes once more, with the pages of it that are
     * still to be taken.
     */
    void letGo() {
        if (data != null) {
            data = null;
            nextSequence--;
            seek(offset);
        } else if (!read.isEmpty()) {
            seek(read.element().offset());
        }
    }

    /** Takes a batch, which is at hand then; only while none is. Returns false when it had come before. */
    boolean accept(PageBatch batch) throws MalformedRecordException {
        int sequence = batch.getSequence();
        long most = state.getEndPfn() - state.getFirstPfn() - 1;
        if (sequence < 0 || sequence > most) {
            throw new MalformedRecordException(name(batch) + ", expected 0 to " + most);
        }
        if (sequence < nextSequence) {
            return false;
        }
        boolean again = sequence < totals.batches();
        long from = nextPfn();
        PageCodec itsCodec = check(batch, again ? state.getFirstPfn() : from);
        at = 0;
        if (again) {
            skipTo(from);
        } else if (sequence > nextSequence) {
            totals.lost(nextSequence, sequence - 1, expiring);
        }
        skipped = sequence > nextSequence || again && skipped && at == 0;
        expired = skipped && (again ? expired : expiring);
        expiring = false;
        nextSequence = sequence + 1;
        codec = itsCodec;
        data = batch.getData();
        dataSum = again ? totals.sum(data) : totals.add(sequence, index, batch.getIndex(), data);
        if (at == index.pages()) {
            data = null;
        }
        return true;
    }

    private PageCodec check(PageBatch batch, long from) throws MalformedRecordException {
        if (batch.getPages() < 1 || batch.getPages() > Chunk.PAGES) {
            throw new MalformedRecordException(
                    name(batch) + " has " + batch.getPages() + " pages, expected 1 to " + Chunk.PAGES);
        }
        if (batch.getCodec() == PageCodecName.UNKNOWN) {
            throw new MalformedRecordException(name(batch) + " has an unknown codec");
        }
        ByteBuffer stored = batch.getData();
        index.decode(batch.getIndex(), batch.getFirstPfn(), batch.getPages(), pageSize, stored.remaining());
        long last = from - 1;
        for (int i = 0; i < index.pages(); i++) {
            long pfn = index.pfn(i);
            if (pfn <= last || pfn >= state.getEndPfn()) {
                throw new MalformedRecordException(name(batch) + " has pfn " + pfn + ", expected " + (last + 1) + " to "
                        + (state.getEndPfn() - 1));
            }
            last = pfn;
        }
        return PageCodec.valueOf(batch.getCodec().name());
    }

    private String name(PageBatch batch) {
        return "batch " + batch.getSequence() + " of " + name;
    }

    /** First page frame that may still come. */
    private long nextPfn() {
        return Math.max(lastPfn + 1, state.getFirstPfn());
    }

    /** Takes its end. */
    void accept(StripeEnd end) {
        if (!over) {
            over = true;
            totals.end(end, nextSequence, expiring);
        }
    }

    /** Says that nothing more is waited for. */
    void giveUp() {
        over = true;
    }

    /** Says that the retention of page-data has passed what would have come next. */
    void retentionPassed() {
        expiring = true;
    }

    /** Whether a page is at hand. */
    boolean hasPage() {
        return data != null;
    }

    /** Whether no page is at hand and none will be. */
    boolean ended() {
        return data == null && over;
    }

    /** Page frame of the page at hand, {@link Long#MAX_VALUE} when there is none. */
    long pfn() {
        return data == null ? Long.MAX_VALUE : index.pfn(at);
    }

    /** Passes over the page at hand. */
    void skip() {
        skipTo(index.pfn(at) + 1);
        letGoOfAll();
    }

    /** Puts pages into the file: from the one at hand on, those of its batch that are below {@code end}. */
    void copyTo(PageSink sink, long end) throws IOException {
        int from = at;
        skipTo(end);
        sink.add(index, from, at, codec, data, dataSum);
        letGoOfAll();
    }

    private void letGoOfAll() {
        if (at == index.pages()) {
            data = null;
        }
    }

    private void skipTo(long pfn) {
        while (at < index.pages() && index.pfn(at) < pfn) {
            lastPfn = Math.max(lastPfn, index.pfn(at++));
        }
    }

    /** Page frame of the page that was taken last, -1 when none was. */
    long lastPfn() {
        return lastPfn;
    }

    /** Whether batches are missing between the page that was taken last and the one at hand, or the end. */
    boolean gapped() {
        return hasPage() ? skipped && at == 0 : totals.tailMissing();
    }

    /** Whether those batches have expired. */
    boolean gapExpired() {
        return hasPage() ? expired : expiring;
    }

    /** Whether all that was sent has come. */
    boolean whole() {
        return totals.whole();
    }

    /** Compares what came with the dump's record, see {@link SequenceTotals#checkAgainst}. */
    void checkAgainst(StripeState told) {
        totals.checkAgainst(told);
    }
}
