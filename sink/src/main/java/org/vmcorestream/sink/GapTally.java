// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;

/**
 * Pages of one stripe that are missing where batches did not come, be it of the stripe or of the early pages of its part. Told of the pages in their order.
 * Belongs to one thread at a time.
 */
final class GapTally {
    private final PageSink sink;
    private long at;
    private long added;
    private long pages;
    private long expired;
    private long first = -1;
    private long end;

    /** @param firstPfn first page frame of the stripe */
    GapTally(PageSink sink, long firstPfn) {
        this.sink = sink;
        at = firstPfn;
        added = sink.added();
    }

    /**
     * Goes on to a page frame: all pages before it that came are in the file.
     *
     * @param gapped whether batches are missing that may have pages between the last call and this one
     * @param gone whether they have expired
     */
    void advance(long pfn, boolean gapped, boolean gone) throws IOException {
        long absent = gapped && pfn > at ? sink.keptIn(at, pfn) - (sink.added() - added) : 0;
        if (absent > 0) {
            pages += absent;
            expired += gone ? absent : 0;
            first = first < 0 ? at : first;
            end = pfn;
        }
        at = Math.max(at, pfn);
        added = sink.added();
    }

    /** Pages that the verdict keeps where batches did not come, captured or not. */
    long pages() {
        return pages;
    }

    /** Those of them where page-data has expired. */
    long expired() {
        return expired;
    }

    /** In which page frames {@link #pages} lie, in words: all of them are from the first to the last of these. */
    String where() {
        return "pfn " + first + " to " + (end - 1);
    }
}
