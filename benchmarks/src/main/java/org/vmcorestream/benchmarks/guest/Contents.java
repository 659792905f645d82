// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.file.DumpFile;

/** Copies the real guest's pages; those of zeros become holes of the file, and so do those that nobody will read. */
final class Contents {
    private static final int PAGE = GuestFile.PAGE;
    private static final int BLOCK = 1 << 20;

    private final DumpFile source;
    private final GuestFile target;
    private final PfnBitmap wanted;
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE);

    /** @param wanted page frames to copy */
    Contents(DumpFile source, GuestFile target, PfnBitmap wanted) {
        this.source = source;
        this.target = target;
        this.wanted = wanted;
    }

    /** The page frames that a level keeps of a vmcore. */
    static PfnBitmap keptBy(int level, Vmcore vmcore) throws IOException {
        long end = vmcore.memory().endPfn();
        PfnBitmap kept = new PfnBitmap(end);
        RuleSet rules = BuiltInRuleSets.level(level);
        VerdictEngine engine = new VerdictEngine(rules, vmcore.pageFacts(), DumpFacts.NONE, end);
        ChunkDescriber describer = vmcore.describer();
        ChunkDescriptors descriptors = new ChunkDescriptors();
        VerdictRuns verdict = new VerdictRuns();
        for (long chunk = 0; chunk <= Chunk.of(end - 1); chunk++) {
            describer.describe(chunk, descriptors);
            engine.decide(descriptors, verdict);
            long pfn = verdict.firstPfn();
            for (int run = 0; run < verdict.runs(); pfn += verdict.length(run++)) {
                if (verdict.reason(run) == RuleSet.KEPT) {
                    kept.set(pfn, pfn + verdict.length(run));
                }
            }
        }
        return kept;
    }

    /**
     * Copies memory.
     *
     * @param offset where it begins in the source
     * @param piece which memory it is, and where it goes
     */
    void copy(long offset, Piece piece) throws IOException {
        long done = 0;
        while (done < piece.length()) {
            int length = (int) Math.min(BLOCK, piece.length() - done);
            long first = piece.phys() + done >>> 12;
            if (wanted.nextSet(first) >= 0 && wanted.nextSet(first) < first + length / PAGE) {
                block.clear().limit(length);
                source.read(offset + done, block);
                copyBlock(first, length, piece.offset() + done);
            }
            done += length;
        }
    }

    private void copyBlock(long firstPfn, int length, long to) throws IOException {
        int at = 0;
        while (at < length) {
            int end = at;
            while (end < length && isCopied(firstPfn + end / PAGE, end)) {
                end += PAGE;
            }
            if (end > at) {
                target.writeAt(to + at, block.limit(end).position(at));
                block.clear();
            }
            at = Math.max(end, at + PAGE);
        }
    }

    private boolean isCopied(long pfn, int at) {
        if (!wanted.get(pfn)) {
            return false;
        }
        block.limit(at + PAGE).position(at);
        boolean zero = block.mismatch(zeros) < 0;
        block.clear();
        return !zero;
    }
}
