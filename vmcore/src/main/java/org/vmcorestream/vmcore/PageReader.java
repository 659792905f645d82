// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Reads the contents of pages. Can be used by several threads at once. */
public interface PageReader {
    /**
     * Reads consecutive pages.
     *
     * @param firstPfn first page frame; all of them must be within one run of {@link MemoryMap#backed()}
     * @param pages number of pages, at least 1
     * @param into receives {@code pages} times the page size at its position, which moves behind them; a direct buffer
     *     saves a copy
     * @throws VmcoreException when a page is not backed, or the file ends early
     */
    void read(long firstPfn, int pages, ByteBuffer into) throws IOException;

    /** Whether pages are stored in a codec, so that it can hand over what they are stored as. */
    default boolean stores(PageCodec codec) {
        return false;
    }

    /**
     * Reads consecutive pages, and hands over what they are stored as: bytes that were just found to be these pages.
     *
     * @param codec one that {@link #stores} says yes of
     * @param stored told of every page, in order
     * @throws VmcoreException as above, and when the stored bytes of a page are none
     */
    default void read(long firstPfn, int pages, ByteBuffer into, PageCodec codec, StoredBytes stored)
            throws IOException {
        throw new UnsupportedOperationException("pages are not stored in " + codec);
    }

    /**
     * How many consecutive pages, from the first one on, lie wholly in a hole of a sparse file and are therefore zeros without
     * being read. The system is asked once for each hole, however often this is called in it.
     *
     * @param firstPfn first page frame; all of them must be within one run of {@link MemoryMap#backed()}
     * @param pages number of pages, at least 1
     * @return 0 to {@code pages}; fewer than there are means nothing
     */
    default int holePages(long firstPfn, int pages) throws IOException {
        return 0;
    }

    /**
     * How many consecutive pages, from the first one on, come before the next page that lies wholly in a hole.
     *
     * @param firstPfn first page frame; all of them must be within one run of {@link MemoryMap#backed()}
     * @param pages number of pages, at least 1
     * @return 1 to {@code pages}; 1 too when the first page is in a hole
     */
    default int dataPages(long firstPfn, int pages) throws IOException {
        return pages;
    }

    /** Says that consecutive pages will be read soon, so that they can be fetched meanwhile. Page frames as above. */
    default void willNeed(long firstPfn, int pages) throws IOException {}
}
