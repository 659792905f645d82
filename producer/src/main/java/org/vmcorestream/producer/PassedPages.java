// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.StoredBytes;

/**
 * What the pages of a task are stored as in the file that is captured, where that is the codec they travel in: taken over instead of being
 * compressed once more. The reader has decompressed each of them. Made to be reused; belongs to one thread.
 */
final class PassedPages implements StoredBytes {
    /** The page has to be compressed. */
    static final int NONE = 0;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(PageTask.CONTENT_BYTES);
    private final int pageSize;
    private final int[] lengths;
    private final int[] indexes;
    private int pages;
    private int used;

    PassedPages(int pageSize) {
        this.pageSize = pageSize;
        lengths = new int[PageTask.CONTENT_BYTES / pageSize];
        indexes = new int[lengths.length];
    }

    /** Empties it. */
    void clear() {
        pages = 0;
        used = 0;
    }

    @Override
    public void next(ByteBuffer stored, int index, int length) {
        indexes[pages] = used;
        lengths[pages++] = length;
        if (length > NONE && length < pageSize) {
            bytes.put(used, stored, index, length);
            used += length;
        }
    }

    /**
     * Puts the stored bytes of a page into a buffer.
     *
     * @param page its number among those that were read
     * @return how many they are; the page size for a page that does not become shorter, and {@link #NONE} for one to be compressed, of which
     *     nothing is put
     */
    int put(int page, ByteBuffer into, int at) {
        int length = lengths[page];
        if (length > NONE && length < pageSize) {
            into.put(at, bytes, indexes[page], length);
        }
        return length;
    }
}
