// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.PageFacts;

/**
 * What struct page says of the pages of a dump, wherever that is read from: the topics, or a vmcore. A dump has one stripe or
 * more, ascending; no run reaches beyond its stripe. A vmcore is a dump of one stripe.
 */
public interface DescribedMemory {
    /** Number of stripes, at least 1. */
    int stripes();

    /** First page frame of a stripe. */
    long firstPfn(int stripe);

    /** Page frame behind the last one of a stripe. */
    long endPfn(int stripe);

    /**
     * Describes the chunks of a stripe that have memory, in ascending order, until the reader has enough.
     *
     * @throws ArchiveException when it cannot be read
     */
    void read(int stripe, ChunkReader reader);

    /** Told of the chunks of a stripe. */
    interface ChunkReader {
        /**
         * Called first.
         *
         * @param kernel the kernel's page vocabulary
         * @param dump what rules may ask of the dump
         * @param structPageSize SIZE(page) in bytes, 0 when unknown
         */
        void begin(PageFacts kernel, DumpFacts dump, int structPageSize);

        /**
         * A chunk; both arguments are valid only during the call.
         *
         * @param memmap where its struct pages are; empty where that is not known
         * @return whether to go on
         */
        boolean chunk(ChunkDescriptors descriptors, MemmapRuns memmap);
    }
}
