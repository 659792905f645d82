// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.ByteBuffer;

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

    /**
     * Whether consecutive pages lie wholly in a hole of a sparse file, and are therefore zeros without being read. An answer
     * of no means nothing.
     *
     * @param firstPfn first page frame; all of them must be within one run of {@link MemoryMap#backed()}
     * @param pages number of pages, at least 1
     */
    default boolean sparseHole(long firstPfn, int pages) throws IOException {
        return false;
    }

    /** Says that consecutive pages will be read soon, so that they can be fetched meanwhile. Page frames as above. */
    default void willNeed(long firstPfn, int pages) throws IOException {}
}
