// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * The pages of a dump, over one file or the files of a split set. Finding one costs a count for each 32,768 page frames, made
 * when the dump is opened: the descriptor of a page is as far behind the first as the second bitmap has bits below the page. All
 * else that reading needs is in a {@link PageCursor}, of which each thread that reads borrows one. Can be used by several threads
 * at once.
 */
final class StoredPages implements AutoCloseable {
    private final Path source;
    private final List<StoredPart> parts;
    private final StoredBitmap kept;
    private final int pageSize;
    private final Deque<PageCursor> resting = new ConcurrentLinkedDeque<>();

    /**
     * @param source name of the dump, for messages
     * @param parts in the order of their page frames, without a gap
     * @param kept the second bitmap, whose bits were counted; nobody else uses it
     */
    StoredPages(Path source, List<StoredPart> parts, StoredBitmap kept, int pageSize) {
        this.source = source;
        this.parts = List.copyOf(parts);
        this.kept = kept;
        this.pageSize = pageSize;
    }

    Path source() {
        return source;
    }

    /** Bytes of a page, which is a block. */
    int pageSize() {
        return pageSize;
    }

    /** The second bitmap, for one thread. */
    StoredBitmap kept() {
        return kept.copy();
    }

    /** Whether a file says that pages are missing. */
    boolean incomplete() {
        return parts.stream().anyMatch(StoredPart::incomplete);
    }

    /** The part that has a page frame. */
    StoredPart part(long pfn) {
        int low = 0;
        int high = parts.size() - 1;
        while (low < high) {
            int middle = low + high >>> 1;
            if (parts.get(middle).endPfn() <= pfn) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return parts.get(low);
    }

    /** A cursor for the calling thread, until it is given back. */
    PageCursor borrow() {
        PageCursor cursor = resting.pollFirst();
        return cursor == null ? new PageCursor(this) : cursor;
    }

    /** Takes a cursor back. */
    void giveBack(PageCursor cursor) {
        resting.addFirst(cursor);
    }

    @Override
    public void close() throws IOException {
        for (PageCursor cursor = resting.pollFirst(); cursor != null; cursor = resting.pollFirst()) {
            cursor.close();
        }
        for (StoredPart part : parts) {
            part.file().close();
        }
    }
}
