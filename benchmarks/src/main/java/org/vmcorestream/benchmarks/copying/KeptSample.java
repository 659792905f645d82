// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.copying;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.Vmcore;

/** Pages that a rule set keeps of a vmcore, from the first one on, no more than a given number. */
final class KeptSample {
    private final Vmcore vmcore;
    private final int pageSize;
    private final List<PfnRun> runs = new ArrayList<>();
    private long pages;

    KeptSample(Vmcore vmcore, RuleSet ruleSet, long mostPages) throws IOException {
        this.vmcore = vmcore;
        pageSize = vmcore.pageFacts().pageSize();
        long endPfn = vmcore.memory().endPfn();
        VerdictEngine engine = new VerdictEngine(ruleSet, vmcore.pageFacts(), DumpFacts.NONE, endPfn);
        ChunkDescriber describer = vmcore.describer();
        ChunkDescriptors descriptors = new ChunkDescriptors();
        VerdictRuns verdict = new VerdictRuns();
        for (long chunk = 0; chunk <= Chunk.of(endPfn - 1) && pages < mostPages; chunk++) {
            describer.describe(chunk, descriptors);
            engine.decide(descriptors, verdict);
            take(verdict, mostPages);
        }
    }

    private void take(VerdictRuns verdict, long mostPages) throws IOException {
        List<PfnRun> inFile = vmcore.memory().backedRuns();
        long pfn = verdict.firstPfn();
        for (int run = 0; run < verdict.runs(); run++) {
            long end = pfn + verdict.length(run);
            if (verdict.reason(run) == RuleSet.KEPT) {
                for (PfnRun backed : inFile) {
                    long first = Math.max(pfn, backed.firstPfn());
                    long behind = Math.min(Math.min(end, backed.endPfn()), first + mostPages - pages);
                    if (first < behind) {
                        runs.add(new PfnRun(first, behind));
                        pages += behind - first;
                    }
                }
            }
            pfn = end;
        }
    }

    /** Takes a buffer full of whole pages. */
    interface Reader {
        /** Pages lie from index 0 to the limit. */
        void take(ByteBuffer contents) throws IOException;
    }

    /**
     * Reads all pages.
     *
     * @param into direct; emptied before it is filled, as often as that is needed
     */
    void read(ByteBuffer into, Reader reader) throws IOException {
        PageReader file = vmcore.pages();
        into.clear();
        for (PfnRun run : runs) {
            for (long pfn = run.firstPfn(); pfn < run.endPfn(); ) {
                int count = (int) Math.min(run.endPfn() - pfn, into.remaining() / pageSize);
                file.read(pfn, count, into.limit(into.position() + count * pageSize));
                into.limit(into.capacity());
                pfn += count;
                if (into.remaining() < pageSize) {
                    reader.take(into.flip());
                    into.clear();
                }
            }
        }
        reader.take(into.flip());
    }

    /** Number of pages. */
    long pages() {
        return pages;
    }

    /** Their bytes. */
    long bytes() {
        return pages * pageSize;
    }

    /** Bytes of a page. */
    int pageSize() {
        return pageSize;
    }
}
