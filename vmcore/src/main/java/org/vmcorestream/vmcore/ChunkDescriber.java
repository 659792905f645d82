// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.MemmapRuns;

/** Reads what the kernel's struct pages say, chunk by chunk. Belongs to one thread; makes nothing new after a first chunk. */
public interface ChunkDescriber {
    /**
     * Describes all page frames of a chunk that are below {@link MemoryMap#endPfn()}; page frames without memory or data
     * are described as such.
     *
     * @param chunk number of the chunk, 0 to {@code Chunk.of(endPfn - 1)}
     * @param into emptied first
     * @throws VmcoreException when the vmcore contradicts itself so that struct pages cannot be told
     */
    void describe(long chunk, ChunkDescriptors into) throws IOException;

    /**
     * Tells which page frames hold the struct pages of a chunk, as far as nothing else does: a page that more than one place
     * of the memory map is mapped to is left out, as the HugeTLB vmemmap optimisation has them, and so is everything in a
     * vmcore whose memory map is not one array in virtual memory.
     *
     * @param chunk number of the chunk
     * @param into emptied first
     */
    default void memmap(long chunk, MemmapRuns into) throws IOException {
        into.begin();
    }

    /** Page frames described so far whose struct page could not be read, and which are therefore kept. */
    default long unreadable() {
        return 0;
    }
}
