// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.Vmcore;

/**
 * What a benchmark decides.
 *
 * @param facts the kernel's page vocabulary
 * @param kernelRelease release of the kernel
 * @param chunks in ascending order
 */
public record Chunks(PageFacts facts, String kernelRelease, List<ChunkDescriptors> chunks) {
    /** Synthetic chunks as of a small VM. */
    public static final String EVERYDAY = "everyday";

    /** Synthetic chunks in which no page is like another. */
    public static final String ALL_DIFFERENT = "all-different";

    private static final int SYNTHETIC_CHUNKS = 8;
    private static final int MOST_CHUNKS = 64;

    /** Chunks by the name of a kind, or those with memory of at most the first 8 GiB of a vmcore. */
    public static Chunks named(String name) throws IOException {
        return switch (name) {
            case EVERYDAY -> new Chunks(SyntheticPages.FACTS, "7.2.0", SyntheticPages.everyday(SYNTHETIC_CHUNKS));
            case ALL_DIFFERENT ->
                new Chunks(SyntheticPages.FACTS, "7.2.0", SyntheticPages.allDifferent(SYNTHETIC_CHUNKS));
            default -> ofVmcore(Path.of(name));
        };
    }

    private static Chunks ofVmcore(Path path) throws IOException {
        try (Vmcore vmcore = Vmcore.open(path)) {
            List<ChunkDescriptors> chunks = new ArrayList<>();
            ChunkDescriber describer = vmcore.describer();
            long last = Math.min(MOST_CHUNKS - 1, Chunk.of(vmcore.memory().endPfn() - 1));
            for (long chunk = 0; chunk <= last; chunk++) {
                if (hasMemory(vmcore, chunk)) {
                    ChunkDescriptors descriptors = new ChunkDescriptors();
                    describer.describe(chunk, descriptors);
                    chunks.add(descriptors);
                }
            }
            return new Chunks(vmcore.pageFacts(), vmcore.kernel().release(), chunks);
        }
    }

    /** Whether any page frame of a chunk has memory; of those that have none a producer sends nothing. */
    public static boolean hasMemory(Vmcore vmcore, long chunk) {
        long first = Chunk.firstPfn(chunk);
        return vmcore.memory().present().stream()
                .anyMatch(run -> run.firstPfn() < first + Chunk.PAGES && run.endPfn() > first);
    }

    /** Page frame behind the last chunk. */
    public long endPfn() {
        return chunks.get(chunks.size() - 1).firstPfn() + Chunk.PAGES;
    }
}
