// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.Crc32cCombine;

/**
 * Copies the pages of one stripe, batch by batch, and checks them against what the stripe's end and the dump's record say of
 * them. Batches that come again are passed over, those that do not come are named. Belongs to one thread at a time.
 */
final class StripeCopy {
    private final StripeState stripe;
    private final int pageSize;
    private final PageSink sink;
    private final PageBatchIndex index;
    private final Problems problems;
    private final CRC32C sum = new CRC32C();
    private int digest;
    private int nextSequence;
    private long lastPfn = -1;
    private long lostBatches;
    private long pages;
    private long zeroPages;
    private long pageBytes;
    private StripeEnd end;
    private boolean agreed = true;
    private boolean expiring;
    private long gaps;
    private long gapFirst = -1;
    private long gapEnd;
    private long expired;
    /** Whether what follows the last batch is gone: so it is until the stripe's end says otherwise. */
    private boolean tailGone = true;

    /**
     * @param index reused for every batch
     */
    StripeCopy(StripeState stripe, int pageSize, PageSink sink, PageBatchIndex index, Problems problems) {
        this.stripe = stripe;
        this.pageSize = pageSize;
        this.sink = sink;
        this.index = index;
        this.problems = problems;
    }

    /**
     * Takes a batch.
     *
     * @return false when it had come before
     * @throws MalformedRecordException when it cannot be what it claims to be; nothing of it is in the file then
     * @throws IOException when the file cannot be written
     */
    boolean accept(PageBatch batch) throws MalformedRecordException, IOException {
        int sequence = batch.getSequence();
        long most = stripe.getEndPfn() - stripe.getFirstPfn() - 1;
        if (sequence < 0 || sequence > most) {
            throw new MalformedRecordException(name(batch) + ", expected 0 to " + most);
        }
        if (sequence < nextSequence) {
            return false;
        }
        PageCodec codec = check(batch);
        if (sequence > nextSequence) {
            long skipped = sink.keptIn(nextPfn(), index.pfn(0));
            gaps += skipped;
            gapFirst = gapFirst < 0 ? nextPfn() : gapFirst;
            gapEnd = index.pfn(0);
            expired += expiring ? skipped : 0;
            lost(nextSequence, sequence - 1);
        }
        expiring = false;
        nextSequence = sequence + 1;
        lastPfn = index.pfn(index.pages() - 1);
        digest = Crc32cCombine.combine(
                digest, sum(batch.getIndex()), batch.getIndex().remaining());
        // Summed once: the file is told of the sum where it takes the bytes as they are.
        int dataSum = sum(batch.getData());
        digest = Crc32cCombine.combine(digest, dataSum, batch.getData().remaining());
        pages += index.pages();
        pageBytes += index.dataLength();
        for (int i = 0; i < index.pages(); i++) {
            if (index.kind(i) == PageBatchIndex.Kind.ZERO) {
                zeroPages++;
            }
        }
        sink.add(index, codec, batch.getData(), dataSum);
        return true;
    }

    private int sum(ByteBuffer bytes) {
        sum.reset();
        sum.update(bytes.duplicate());
        return (int) sum.getValue();
    }

    private PageCodec check(PageBatch batch) throws MalformedRecordException {
        if (batch.getPages() < 1 || batch.getPages() > Chunk.PAGES) {
            throw new MalformedRecordException(
                    name(batch) + " has " + batch.getPages() + " pages, expected 1 to " + Chunk.PAGES);
        }
        if (batch.getCodec() == PageCodecName.UNKNOWN) {
            throw new MalformedRecordException(name(batch) + " has an unknown codec");
        }
        ByteBuffer data = batch.getData();
        index.decode(batch.getIndex(), batch.getFirstPfn(), batch.getPages(), pageSize, data.remaining());
        long last = nextPfn() - 1;
        for (int i = 0; i < index.pages(); i++) {
            long pfn = index.pfn(i);
            if (pfn <= last || pfn >= stripe.getEndPfn()) {
                throw new MalformedRecordException(name(batch) + " has pfn " + pfn + ", expected " + (last + 1) + " to "
                        + (stripe.getEndPfn() - 1));
            }
            last = pfn;
        }
        return PageCodec.valueOf(batch.getCodec().name());
    }

    /** First page frame that a batch may still have. */
    private long nextPfn() {
        return Math.max(lastPfn + 1, stripe.getFirstPfn());
    }

    private static String name(PageBatch batch) {
        return "batch " + batch.getSequence() + " of stripe " + batch.getStripe();
    }

    private void lost(int first, int last) {
        lostBatches += last - first + 1L;
        if (expiring) {
            return;
        }
        String which = first == last ? "batch " + first : "batches " + first + " to " + last;
        problems.add("stripe " + stripe.getStripe() + ": " + which + " did not come");
    }

    /** Takes the end of the stripe. */
    void accept(StripeEnd record) {
        if (end != null) {
            return;
        }
        end = record;
        if (nextSequence < record.getBatches()) {
            tailGone = true;
            lost(nextSequence, record.getBatches() - 1);
        } else {
            tailGone = false;
        }
        if (lostBatches > 0) {
            return;
        }
        expect("batches", nextSequence, record.getBatches());
        expect("pages", pages, record.getPages());
        expect("zero pages", zeroPages, record.getZeroPages());
        expect("bytes of pages", pageBytes, record.getPageBytes());
        expectDigest("its end", record.getDigest());
    }

    private void expect(String what, long found, long expected) {
        if (found != expected) {
            problems.add(
                    "stripe " + stripe.getStripe() + ": " + found + " " + what + " came, its end says " + expected);
        }
    }

    private void expectDigest(String who, int expected) {
        int found = digest;
        if (found != expected) {
            agreed = false;
            problems.add(String.format(
                    "stripe %d: digest of its pages is %08x, %s says %08x", stripe.getStripe(), found, who, expected));
        }
    }

    /** Whether the end has come. */
    boolean ended() {
        return end != null;
    }

    /**
     * Compares what came with the dump's record once the capture is done with the stripe, so that not even a forged end goes
     * unseen. A stripe that contradicts its own end is not reported twice.
     */
    void checkAgainst(StripeState state) {
        if (!whole() || !agreed || state.getDataEnd() < 0) {
            return;
        }
        if (state.getPages() != pages) {
            problems.add("stripe " + stripe.getStripe() + ": " + pages + " pages came, the dump's record says "
                    + state.getPages());
        } else {
            expectDigest("the dump's record", state.getDigest());
        }
    }

    /** Says that the retention of page-data has passed what would have come next. */
    void retentionPassed() {
        expiring = true;
    }

    /** Pages that the verdict keeps where batches did not come, captured or not. */
    long gaps() throws IOException {
        return gaps + tail();
    }

    /** Those of them where page-data has expired. */
    long expired() throws IOException {
        return expired + (expiring ? tail() : 0);
    }

    /** In which page frames {@link #gaps} lie, in words: all of them are from the first to the last of these. */
    String where() {
        long first = gapFirst < 0 ? nextPfn() : gapFirst;
        long end = tailGone ? stripe.getEndPfn() : gapEnd;
        return "pfn " + first + " to " + (end - 1);
    }

    private long tail() throws IOException {
        return tailGone ? sink.keptIn(nextPfn(), stripe.getEndPfn()) : 0;
    }

    /** Whether all that was sent has come. */
    boolean whole() {
        return end != null && lostBatches == 0;
    }
}
