// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmcorestream.rules.Anomalies;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.PageAlignedBuffer;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.Vmcore;

/** Applies a rule set to a vmcore right here, without Kafka, and counts. */
final class Exclusion {
    private static final int PAGES_AT_ONCE = 64;

    /** Told how far the counting is. */
    interface Listener {
        /** {@code done} of {@code total} page frames were looked at. */
        void at(long done, long total);
    }

    /**
     * What was counted.
     *
     * @param counts page frames by reason
     * @param anomalies struct pages that cannot be right
     */
    record Outcome(PageCounts counts, Anomalies anomalies) {}

    private final Vmcore vmcore;
    private final RuleSet ruleSet;
    private final boolean zero;
    private final ByteBuffer pages;
    private final ByteBuffer zeros;

    /**
     * @param zero whether kept pages are read, to count those of zeros
     */
    Exclusion(Vmcore vmcore, RuleSet ruleSet, boolean zero) {
        this.vmcore = vmcore;
        this.ruleSet = ruleSet;
        this.zero = zero && ruleSet.countsZero();
        int pageSize = vmcore.pageFacts().pageSize();
        pages = PageAlignedBuffer.allocate(PAGES_AT_ONCE * pageSize);
        zeros = ByteBuffer.allocateDirect(pageSize);
    }

    /**
     * Counts.
     *
     * @throws IOException when the vmcore cannot be read
     */
    Outcome count(Listener listener) throws IOException {
        long endPfn = vmcore.memory().endPfn();
        VerdictEngine engine =
                new VerdictEngine(ruleSet, vmcore.pageFacts(), OriginOptions.facts(vmcore, "", ""), endPfn);
        ChunkDescriber describer = vmcore.describer();
        ChunkDescriptors descriptors = new ChunkDescriptors();
        VerdictRuns verdict = new VerdictRuns();
        KeptPages kept = ruleSet.dropsUnusedVmemmap() ? new KeptPages(vmcore) : null;
        long zeroPages = 0;
        for (long chunk = 0; Chunk.firstPfn(chunk) < endPfn; chunk++) {
            listener.at(Chunk.firstPfn(chunk), endPfn);
            describer.describe(chunk, descriptors);
            engine.decide(descriptors, verdict);
            if (kept != null) {
                kept.add(chunk, verdict, describer);
            } else if (zero) {
                zeroPages += zeroPages(verdict);
            }
        }
        Map<String, Long> byReason = new LinkedHashMap<>();
        List<String> reasons = ruleSet.reasons();
        long[] counted = engine.pagesByReason();
        for (int reason = 0; reason < counted.length; reason++) {
            byReason.put(reasons.get(reason), counted[reason]);
        }
        if (kept != null) {
            long dropped = kept.dropVmemmap();
            byReason.merge(reasons.get(RuleSet.KEPT), -dropped, Long::sum);
            byReason.merge(RuleSet.VMEMMAP, dropped, Long::sum);
            zeroPages = zero ? zeroPages(kept.kept()) : 0;
        }
        listener.at(endPfn, endPfn);
        return new Outcome(new PageCounts(endPfn, byReason, zeroPages), engine.anomalies());
    }

    private long zeroPages(VerdictRuns verdict) throws IOException {
        long found = 0;
        long pfn = verdict.firstPfn();
        for (int run = 0; run < verdict.runs(); run++) {
            int length = verdict.length(run);
            if (verdict.reason(run) == RuleSet.KEPT) {
                found += zeroPages(pfn, pfn + length);
            }
            pfn += length;
        }
        return found;
    }

    private long zeroPages(PfnBitmap kept) throws IOException {
        long found = 0;
        for (long pfn = kept.nextSet(0); pfn >= 0; ) {
            long end = kept.nextClear(pfn);
            found += zeroPages(pfn, end);
            pfn = kept.nextSet(end);
        }
        return found;
    }

    private long zeroPages(long firstPfn, long endPfn) throws IOException {
        long found = 0;
        for (long pfn = firstPfn; pfn < endPfn; pfn += PAGES_AT_ONCE) {
            found += zeroPagesAtOnce(pfn, (int) Math.min(PAGES_AT_ONCE, endPfn - pfn));
        }
        return found;
    }

    private long zeroPagesAtOnce(long firstPfn, int count) throws IOException {
        PageReader reader = vmcore.pages();
        reader.read(firstPfn, count, pages.clear());
        int pageSize = zeros.capacity();
        long found = 0;
        for (int page = 0; page < count; page++) {
            if (pages.slice(page * pageSize, pageSize).mismatch(zeros) < 0) {
                found++;
            }
        }
        return found;
    }
}
