// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.Vmcore;

/**
 * Contents of pages of a vmcore: of those that level 31 keeps, evenly spread over all of its memory.
 *
 * @param contents page after page
 * @param pages how many
 * @param zeroPages how many of them are zeros
 */
record PageSample(ByteBuffer contents, int pages, int zeroPages) {
    /** Page size in bytes. */
    static final int PAGE = 4096;

    /** Most pages: 16 MiB, more than a core's own caches hold. */
    private static final int MOST = 4096;

    /** Pages that are kept, without those of zeros when {@code zeros} is not set. */
    static PageSample of(Path path, boolean zeros) throws IOException {
        try (Vmcore vmcore = Vmcore.open(path)) {
            List<Long> kept = kept(vmcore);
            ByteBuffer contents = ByteBuffer.allocateDirect(MOST * PAGE).order(ByteOrder.LITTLE_ENDIAN);
            int step = Math.max(1, kept.size() / MOST / (zeros ? 1 : 2));
            int zeroPages = 0;
            for (int i = 0; i < kept.size() && contents.hasRemaining(); i += step) {
                int at = contents.position();
                vmcore.pages().read(kept.get(i), 1, contents.limit(at + PAGE));
                boolean zero = isZero(contents, at);
                if (zero && !zeros) {
                    contents.position(at);
                }
                zeroPages += zero && zeros ? 1 : 0;
                contents.limit(contents.capacity());
            }
            int pages = contents.position() / PAGE;
            return new PageSample(contents.flip(), pages, zeroPages);
        }
    }

    private static boolean isZero(ByteBuffer contents, int at) {
        for (int i = 0; i < PAGE; i += Long.BYTES) {
            if (contents.getLong(at + i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static List<Long> kept(Vmcore vmcore) throws IOException {
        List<Long> kept = new ArrayList<>();
        VerdictEngine engine = new VerdictEngine(
                BuiltInRuleSets.level(31),
                vmcore.pageFacts(),
                DumpFacts.NONE,
                vmcore.memory().endPfn());
        ChunkDescriber describer = vmcore.describer();
        ChunkDescriptors descriptors = new ChunkDescriptors();
        VerdictRuns verdict = new VerdictRuns();
        for (long chunk = 0; Chunk.firstPfn(chunk) < vmcore.memory().endPfn(); chunk++) {
            describer.describe(chunk, descriptors);
            engine.decide(descriptors, verdict);
            long pfn = verdict.firstPfn();
            for (int run = 0; run < verdict.runs(); run++) {
                for (int i = 0; i < verdict.length(run) && verdict.reason(run) == RuleSet.KEPT; i++) {
                    kept.add(pfn + i);
                }
                pfn += verdict.length(run);
            }
        }
        return kept;
    }
}
