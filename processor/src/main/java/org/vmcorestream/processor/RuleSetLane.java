// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vmcorestream.rules.Anomalies;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.OpenRun;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.VerdictCodec;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.RuleSetProgress;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeVerdict;

/** One rule set on its way through one stripe. */
final class RuleSetLane {
    private final VerdictEngine engine;
    private final List<String> reasons;
    private final VmemmapLane vmemmap;

    /**
     * A lane at the beginning of a stripe.
     *
     * @param structPageSize SIZE(page) in bytes, 0 when unknown
     */
    RuleSetLane(RuleSet ruleSet, PageFacts facts, DumpFacts dump, long endPfn, int structPageSize) {
        this(ruleSet, facts, dump, endPfn, structPageSize, 0);
    }

    private RuleSetLane(
            RuleSet ruleSet, PageFacts facts, DumpFacts dump, long endPfn, int structPageSize, long vmemmapPages) {
        engine = new VerdictEngine(ruleSet, facts, dump, endPfn);
        reasons = ruleSet.reasons();
        vmemmap = new VmemmapLane(structPageSize, facts.pageSize(), ruleSet.dropsUnusedVmemmap(), vmemmapPages);
    }

    /**
     * A lane where it was when {@link #progress} was taken.
     *
     * @throws IllegalArgumentException when that cannot have been a lane of this rule set and stripe
     */
    RuleSetLane(
            RuleSet ruleSet, PageFacts facts, DumpFacts dump, long endPfn, int structPageSize, RuleSetProgress from) {
        this(ruleSet, facts, dump, endPfn, structPageSize, from.getVmemmapPages());
        if (from.getOpenRunEnd() < 0 || from.getOpenRunEnd() > endPfn) {
            throw new IllegalArgumentException(
                    "open run ends at page frame " + from.getOpenRunEnd() + ", expected 0 to " + endPfn);
        }
        if (from.getOpenRunReason() < 0 || from.getOpenRunReason() >= reasons.size()) {
            throw new IllegalArgumentException(
                    "open run has reason code " + from.getOpenRunReason() + " of " + reasons.size());
        }
        if (from.getVmemmapPages() < 0) {
            throw new IllegalArgumentException(from.getVmemmapPages() + " pages of unused vmemmap, expected 0 or more");
        }
        engine.restore(
                new OpenRun(from.getOpenRunEnd(), from.getOpenRunReason()),
                new Anomalies(
                        from.getInvalidOrders(),
                        from.getMisaligned(),
                        from.getUndecided(),
                        from.getUnknownTypes(),
                        from.getFirstAnomaly()),
                from.getPagesByReason().stream().mapToLong(Long::longValue).toArray());
    }

    /** Whether it asks where the memory map of a chunk is. */
    boolean needsMemmap() {
        return vmemmap.active();
    }

    /** The rule set. */
    RuleSet ruleSet() {
        return engine.ruleSet();
    }

    /**
     * What {@link #RuleSetLane(RuleSet, PageFacts, DumpFacts, long, int, RuleSetProgress)} needs to go on from here.
     *
     * @param notCaptured what the {@link CaptureLane} beside it needs to go on
     */
    RuleSetProgress progress(List<Long> notCaptured) {
        OpenRun openRun = engine.openRun();
        Anomalies anomalies = engine.anomalies();
        return new RuleSetProgress(
                ruleSet().name(),
                openRun.endPfn(),
                openRun.reason(),
                anomalies.invalidOrders(),
                anomalies.misaligned(),
                anomalies.firstPfn(),
                Arrays.stream(engine.pagesByReason()).boxed().toList(),
                anomalies.undecided(),
                anomalies.unknownTypes(),
                vmemmap.pages(),
                notCaptured);
    }

    /**
     * Decides the next chunk.
     *
     * @param memmap where its struct pages are
     * @param scratch is overwritten
     */
    ChunkVerdict decide(StripeOpened stripe, ChunkDescriptors chunk, MemmapRuns memmap, VerdictRuns scratch) {
        engine.decide(chunk, scratch);
        int[] indexOf = new int[reasons.size()];
        Arrays.fill(indexOf, -1);
        indexOf[RuleSet.KEPT] = 0;
        List<String> used = new ArrayList<>();
        used.add(reasons.get(RuleSet.KEPT));
        for (int run = 0; run < scratch.runs(); run++) {
            int reason = scratch.reason(run);
            if (indexOf[reason] < 0) {
                indexOf[reason] = used.size();
                used.add(reasons.get(reason));
            }
        }
        return new ChunkVerdict(
                stripe.getDumpId(),
                ruleSet().name(),
                stripe.getStripe(),
                Chunk.of(chunk.firstPfn()),
                scratch.pages(),
                used,
                ByteBuffer.wrap(VerdictCodec.encode(scratch, indexOf)),
                vmemmap.find(scratch, memmap));
    }

    /**
     * Totals of the stripe.
     *
     * @param notCaptured pages that it keeps and that nobody has
     */
    StripeVerdict total(StripeOpened stripe, int chunks, int chunksExpected, List<ReasonCount> notCaptured) {
        Anomalies anomalies = engine.anomalies();
        return new StripeVerdict(
                stripe.getDumpId(),
                ruleSet().name(),
                stripe.getStripe(),
                chunks,
                chunksExpected,
                ruleSet().countsZero(),
                counts(engine.pagesByReason()),
                anomalies.invalidOrders(),
                anomalies.misaligned(),
                anomalies.firstPfn(),
                anomalies.undecided(),
                anomalies.unknownTypes(),
                vmemmap.pages(),
                notCaptured);
    }

    /**
     * Statistics of the stripe. Unused vmemmap is counted where it was found: with the stripe whose pages it describes, which
     * is seldom the one that it lies in. So a stripe of free memory may have fewer than no kept pages and a ratio above 1;
     * the sums over all stripes of a dump are right.
     *
     * @param replayId replay that decides, empty when the dump has just come
     */
    ExclusionStats stats(StripeOpened stripe, long decidedAt, String replayId) {
        long[] pages = engine.pagesByReason();
        if (vmemmap.pages() > 0) {
            pages[RuleSet.KEPT] -= vmemmap.pages();
            pages[reasons.indexOf(RuleSet.VMEMMAP)] += vmemmap.pages();
        }
        Anomalies anomalies = engine.anomalies();
        return new ExclusionStats(
                stripe.getDumpId(),
                ruleSet().name(),
                stripe.getStripe(),
                decidedAt,
                stripe.getKernelRelease(),
                stripe.getTenant(),
                stripe.getHost(),
                stripe.getFacts().getPageShift(),
                counts(pages),
                ratio(pages),
                anomalies.kept(),
                stripe.getStripes(),
                anomalies.misaligned(),
                anomalies.invalidOrders(),
                anomalies.undecided(),
                anomalies.unknownTypes(),
                replayId);
    }

    private List<ReasonCount> counts(long[] pages) {
        List<ReasonCount> counts = new ArrayList<>();
        for (int reason = 0; reason < pages.length; reason++) {
            counts.add(new ReasonCount(reasons.get(reason), pages[reason]));
        }
        return counts;
    }

    /** Excluded pages / pages with memory. */
    private static double ratio(long[] pages) {
        long all = Arrays.stream(pages).sum() - pages[RuleSet.HOLE];
        long excluded = all - pages[RuleSet.KEPT] - pages[RuleSet.NO_DATA];
        return all == 0 ? 0 : (double) excluded / all;
    }
}
