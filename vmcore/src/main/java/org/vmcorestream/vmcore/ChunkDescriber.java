// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import org.vmcorestream.rules.ChunkDescriptors;

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

    /** Page frames described so far whose struct page could not be read, and which are therefore kept. */
    default long unreadable() {
        return 0;
    }
}
