// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.vmcorestream.archive.DescribedMemory;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.Vmcore;

/**
 * The memory of a vmcore, read right here: a dump of one stripe. A vmcore that cannot be read is an {@link UncheckedIOException}.
 *
 * @param vmcore what is read
 * @param facts what rules may ask of the dump
 */
record VmcoreMemory(Vmcore vmcore, DumpFacts facts) implements DescribedMemory {
    @Override
    public int stripes() {
        return 1;
    }

    @Override
    public long firstPfn(int stripe) {
        return 0;
    }

    @Override
    public long endPfn(int stripe) {
        return vmcore.memory().endPfn();
    }

    @Override
    public void read(int stripe, ChunkReader reader) {
        reader.begin(vmcore.pageFacts(), facts, vmcore.structPageSize());
        try {
            ChunkDescriber describer = vmcore.describer();
            ChunkDescriptors descriptors = new ChunkDescriptors();
            MemmapRuns memmap = new MemmapRuns();
            boolean more = true;
            for (long chunk = 0; more && Chunk.firstPfn(chunk) < vmcore.memory().endPfn(); chunk++) {
                describer.describe(chunk, descriptors);
                describer.memmap(chunk, memmap);
                more = reader.chunk(descriptors, memmap);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
