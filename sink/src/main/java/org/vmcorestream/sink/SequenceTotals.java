// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.vmcore.kdump.Crc32cCombine;

/** What came of pages that were sent one behind the other, compared with what their end and the dump's record say of them. Belongs to one thread at a time. */
final class SequenceTotals {
    private final String name;
    private final Problems problems;
    private final CRC32C sum = new CRC32C();
    private int digest;
    private int batches;
    private long pages;
    private long zeroPages;
    private long pageBytes;
    private long lostBatches;
    private StripeEnd end;
    private boolean agreed = true;

    /** Whether what follows the last batch is gone: so it is until the end says otherwise. */
    private boolean tailMissing = true;

    /** @param name what messages call the pages */
    SequenceTotals(String name, Problems problems) {
        this.name = name;
        this.problems = problems;
    }

    /**
     * Counts a batch, in order.
     *
     * @param sequence its number
     * @param index what is in it
     * @param encoded its index as it came
     * @return the CRC-32C of its data: summed once, for the file is told of it where it takes the bytes as they are
     */
    int add(int sequence, PageBatchIndex index, ByteBuffer encoded, ByteBuffer data) {
        batches = sequence + 1;
        digest = Crc32cCombine.combine(digest, sum(encoded), encoded.remaining());
        int dataSum = sum(data);
        digest = Crc32cCombine.combine(digest, dataSum, data.remaining());
        pages += index.pages();
        pageBytes += index.dataLength();
        for (int i = 0; i < index.pages(); i++) {
            if (index.kind(i) == PageBatchIndex.Kind.ZERO) {
                zeroPages++;
            }
        }
        return dataSum;
    }

    /** The CRC-32C of some bytes. */
    int sum(ByteBuffer bytes) {
        sum.reset();
        sum.update(bytes.duplicate());
        return (int) sum.getValue();
    }

    /** Number behind that of the last batch that was counted. */
    int batches() {
        return batches;
    }

    /**
     * Says that batches did not come.
     *
     * @param quietly whether it is known why
     */
    void lost(int first, int last, boolean quietly) {
        lostBatches += last - first + 1L;
        if (quietly) {
            return;
        }
        String which = first == last ? "batch " + first : "batches " + first + " to " + last;
        problems.add(name + ": " + which + " did not come");
    }

    /**
     * Takes the end.
     *
     * @param next number of the batch that would have come next
     */
    void end(StripeEnd record, int next, boolean quietly) {
        end = record;
        tailMissing = next < record.getBatches();
        if (tailMissing) {
            lost(next, record.getBatches() - 1, quietly);
        }
        if (lostBatches > 0) {
            return;
        }
        expect("batches", next, record.getBatches());
        expect("pages", pages, record.getPages());
        expect("zero pages", zeroPages, record.getZeroPages());
        expect("bytes of pages", pageBytes, record.getPageBytes());
        expectDigest("its end", record.getDigest());
    }

    private void expect(String what, long found, long expected) {
        if (found != expected) {
            problems.add(name + ": " + found + " " + what + " came, its end says " + expected);
        }
    }

    private void expectDigest(String who, int expected) {
        int found = digest;
        if (found != expected) {
            agreed = false;
            problems.add(String.format("%s: digest of its pages is %08x, %s says %08x", name, found, who, expected));
        }
    }

    /**
     * Compares what came with the dump's record once the capture is done with the pages, so that not even a forged end goes
     * unseen. What contradicts its own end is not reported twice.
     */
    void checkAgainst(StripeState state) {
        if (!whole() || !agreed || state.getDataEnd() < 0) {
            return;
        }
        if (state.getPages() != pages) {
            problems.add(name + ": " + pages + " pages came, the dump's record says " + state.getPages());
        } else {
            expectDigest("the dump's record", state.getDigest());
        }
    }

    /** Whether batches behind the last one that came are missing. */
    boolean tailMissing() {
        return tailMissing;
    }

    /** Whether all that was sent has come. */
    boolean whole() {
        return end != null && lostBatches == 0;
    }
}
