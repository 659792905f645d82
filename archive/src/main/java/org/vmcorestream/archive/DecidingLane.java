// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.List;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.UnusedVmemmap;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;

/** One rule set on its way through one stripe. Belongs to one thread. */
final class DecidingLane {
    private final RuleSet ruleSet;
    private final VerdictEngine engine;
    private final VerdictRuns verdict;
    private final UnusedVmemmap vmemmap;
    private long vmemmapPages;

    /** Pages by what the base and this rule set say; null in the lane of the base itself. */
    private final VerdictTable changes;

    /** Pages by what this and the capture rule set say; null where there is no capture lane to compare with. */
    private final VerdictTable captures;

    /** The same, of pages whose contents have expired. */
    private final VerdictTable expired;

    private long newlyUnusedVmemmap;
    private long newlyUsedVmemmap;

    /**
     * @param verdict is overwritten with each chunk
     * @param structPageSize SIZE(page) in bytes, 0 when unknown: then no vmemmap is found
     * @param base what it is compared with; null when it is the base
     * @param capture what was captured; null when this is that itself
     */
    DecidingLane(
            RuleSet ruleSet,
            PageFacts facts,
            DumpFacts dump,
            long endPfn,
            VerdictRuns verdict,
            int structPageSize,
            RuleSet base,
            RuleSet capture) {
        this.ruleSet = ruleSet;
        this.verdict = verdict;
        engine = new VerdictEngine(ruleSet, facts, dump, endPfn);
        vmemmap = ruleSet.dropsUnusedVmemmap() && structPageSize > 0
                ? new UnusedVmemmap(structPageSize, facts.pageSize())
                : null;
        List<String> reasons = ruleSet.reasons();
        changes = base == null ? null : new VerdictTable(base.reasons(), reasons);
        captures = capture == null ? null : new VerdictTable(reasons, capture.reasons());
        expired = capture == null ? null : new VerdictTable(reasons, capture.reasons());
    }

    /** Whether it asks where the memory map of a chunk is. */
    boolean needsMemmap() {
        return vmemmap != null;
    }

    /** Decides a chunk; nothing is compared yet. */
    void decide(ChunkDescriptors chunk, MemmapRuns memmap) {
        engine.decide(chunk, verdict);
        if (vmemmap != null) {
            vmemmap.find(verdict, memmap);
            vmemmapPages += vmemmap.pages();
        }
    }

    /**
     * Compares the chunk that was decided last with what other lanes decided.
     *
     * @param expiredBefore contents of pages before this page frame are gone
     */
    void compare(DecidingLane base, DecidingLane capture, long expiredBefore) {
        if (changes != null) {
            changes.add(base.verdict, verdict);
            newlyUnusedVmemmap += pagesOnlyIn(vmemmap, base.vmemmap);
            newlyUsedVmemmap += pagesOnlyIn(base.vmemmap, vmemmap);
        }
        if (captures != null) {
            captures.add(verdict, capture.verdict);
            if (expiredBefore > verdict.firstPfn()) {
                expired.addBelow(verdict, capture.verdict, expiredBefore);
            }
        }
    }

    /** Pages of one set of ascending runs that are not in another; null stands for no runs. */
    static long pagesOnlyIn(UnusedVmemmap these, UnusedVmemmap those) {
        if (these == null) {
            return 0;
        }
        long pages = these.pages();
        if (those == null) {
            return pages;
        }
        int other = 0;
        for (int run = 0; run < these.runs(); run++) {
            long first = these.firstPfn(run);
            long end = these.endPfn(run);
            while (other < those.runs() && those.endPfn(other) <= first) {
                other++;
            }
            for (int i = other; i < those.runs() && those.firstPfn(i) < end; i++) {
                pages -= Math.min(end, those.endPfn(i)) - Math.max(first, those.firstPfn(i));
            }
        }
        return pages;
    }

    /** What came out. */
    Decision decision() {
        List<String> reasons = ruleSet.reasons();
        PagesByReason pages = new PagesByReason();
        long[] counts = engine.pagesByReason();
        for (int reason = 0; reason < counts.length; reason++) {
            pages.add(reasons.get(reason), counts[reason]);
        }
        pages.add(reasons.get(RuleSet.KEPT), -vmemmapPages);
        pages.add(RuleSet.VMEMMAP, vmemmapPages);
        PagesByReason lost = changes == null ? new PagesByReason() : changes.keptByRow();
        lost.add(RuleSet.VMEMMAP, newlyUnusedVmemmap);
        PagesByReason kept = changes == null ? new PagesByReason() : changes.keptByColumn();
        kept.add(RuleSet.VMEMMAP, newlyUsedVmemmap);
        return new Decision(
                ruleSet.name(),
                pages,
                engine.anomalies(),
                lost,
                kept,
                captures == null ? new PagesByReason() : captures.keptByRow(),
                expired == null ? 0 : expired.keptByBoth());
    }
}
