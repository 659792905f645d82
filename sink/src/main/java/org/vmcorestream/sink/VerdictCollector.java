// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.VerdictCodec;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.schemas.records.StripeVerdict;
import org.vmcorestream.vmcore.kdump.DraftBitmap;
import org.vmcorestream.vmcore.kdump.KdumpDraft;
import org.vmcorestream.vmcore.memory.RunLookup;

/**
 * The verdict of one rule set on a whole dump, from its records: which pages stay, how many leave for which reason. What no
 * verdict speaks of stays. A chunk that comes twice, because a processor was set up anew, keeps what either of the two
 * verdicts keeps, and is counted once. Unused vmemmap leaves last, see {@link VmemmapPages}.
 *
 * <p>Which pages stay is remembered in the file itself, so that memory does not grow with the dump: a bit a chunk and a number a
 * stripe are all that does. Belongs to one thread.
 */
final class VerdictCollector {
    /** Most different reasons of a dump. */
    static final int MAX_REASONS = 256;

    private static final int MAX_REASON_LENGTH = 128;

    private final DumpPlan plan;
    private final RunLookup present;
    private final DraftBitmap kept;
    private final BitSet decided = new BitSet();
    private final BitSet stripesDone = new BitSet();
    private final int[] chunksOfStripe;
    private final Map<String, long[]> counts = new LinkedHashMap<>();
    private final VerdictRuns runs = new VerdictRuns();
    private final VmemmapPages vmemmap;
    private long outside;
    private long vmemmapDropped;

    /**
     * Begins with nothing kept.
     *
     * @param draft file in which the second bitmap grows
     */
    VerdictCollector(DumpPlan plan, KdumpDraft draft) {
        this.plan = plan;
        present = draft.present();
        kept = draft.kept();
        vmemmap = new VmemmapPages(plan.endPfn(), draft);
        chunksOfStripe = new int[plan.stripes()];
        RuleSet.COMMON_REASONS.forEach(reason -> counts.put(reason, new long[1]));
    }

    /**
     * Takes the verdict on a chunk.
     *
     * @throws MalformedRecordException when it cannot be one; nothing of it was taken then
     * @throws IOException when the file cannot be written
     */
    void accept(ChunkVerdict verdict) throws MalformedRecordException, IOException {
        StripeState stripe = stripe(verdict.getStripe());
        long chunk = verdict.getChunk();
        long first = chunk << Chunk.SHIFT;
        if (chunk < 0
                || chunk > Chunk.of(plan.endPfn())
                || first < stripe.getFirstPfn()
                || first >= stripe.getEndPfn()) {
            throw new MalformedRecordException("verdict on chunk " + chunk + ", expected "
                    + Chunk.of(stripe.getFirstPfn()) + " to " + Chunk.of(stripe.getEndPfn() - 1) + " in stripe "
                    + verdict.getStripe());
        }
        int pages = (int) Math.min(Chunk.PAGES, stripe.getEndPfn() - first);
        if (verdict.getPages() != pages) {
            throw new MalformedRecordException(
                    "verdict on " + verdict.getPages() + " pages of chunk " + chunk + ", expected " + pages);
        }
        vmemmap.check(chunk, verdict.getVmemmap());
        List<long[]> table = table(verdict.getReasons());
        VerdictCodec.decode(verdict.getRuns(), first, pages, table.size(), runs);
        boolean again = decided.get((int) chunk);
        vmemmap.accept(chunk, verdict.getVmemmap(), again);
        long pfn = first;
        for (int run = 0; run < runs.runs(); run++) {
            int length = runs.length(run);
            int reason = runs.reason(run);
            if (!again) {
                table.get(reason)[0] += length;
            }
            if (reason == RuleSet.KEPT) {
                keep(pfn, pfn + length);
            }
            pfn += length;
        }
        if (!again) {
            decided.set((int) chunk);
            chunksOfStripe[verdict.getStripe()]++;
        }
    }

    private StripeState stripe(int number) throws MalformedRecordException {
        if (number < 0 || number >= plan.stripes()) {
            throw new MalformedRecordException(
                    "verdict on stripe " + number + ", expected 0 to " + (plan.stripes() - 1));
        }
        return plan.stripe(number);
    }

    private List<long[]> table(List<String> reasons) throws MalformedRecordException {
        if (reasons.isEmpty() || reasons.size() > RuleSet.MAX_REASONS) {
            throw new MalformedRecordException(
                    "verdict with " + reasons.size() + " reasons, expected 1 to " + RuleSet.MAX_REASONS);
        }
        String first = RuleSet.COMMON_REASONS.get(RuleSet.KEPT);
        if (!reasons.get(0).equals(first)) {
            throw new MalformedRecordException(
                    Problems.line("verdict whose first reason is " + reasons.get(0) + ", expected " + first));
        }
        for (String reason : reasons) {
            if (reason.length() > MAX_REASON_LENGTH) {
                throw new MalformedRecordException(
                        "reason of " + reason.length() + " characters, expected at most " + MAX_REASON_LENGTH);
            }
            if (!counts.containsKey(reason) && counts.size() == MAX_REASONS) {
                throw new MalformedRecordException("more than " + MAX_REASONS + " different reasons in one dump");
            }
            counts.computeIfAbsent(reason, name -> new long[1]);
        }
        List<long[]> table = new ArrayList<>(reasons.size());
        reasons.forEach(reason -> table.add(counts.get(reason)));
        return table;
    }

    /** Keeps page frames as far as there is memory: the second bitmap of a kdump file is a part of the first. */
    private void keep(long first, long end) throws IOException {
        long pfn = first;
        while (pfn < end) {
            long to = Math.min(end, present.nextChange(pfn));
            if (present.contains(pfn)) {
                kept.set(pfn, to);
            } else {
                outside += to - pfn;
            }
            pfn = to;
        }
    }

    /** Takes the end of a stripe's verdict; a difference from what was read before it is a problem. */
    void accept(StripeVerdict verdict, Problems problems) throws MalformedRecordException {
        int number = verdict.getStripe();
        stripe(number);
        if (stripesDone.get(number)) {
            return;
        }
        if (verdict.getChunks() != chunksOfStripe[number]) {
            problems.add("stripe " + number + ": " + chunksOfStripe[number] + " verdicts on chunks came, "
                    + verdict.getChunks() + " were written");
        }
        stripesDone.set(number);
    }

    /** Whether the verdict on a stripe has ended. */
    boolean done(int stripe) {
        return stripesDone.get(stripe);
    }

    /** Stripes whose verdict has ended. */
    int stripesDone() {
        return stripesDone.cardinality();
    }

    /**
     * Takes unused vmemmap out, keeps every page of memory that no verdict speaks of, and says so.
     *
     * @throws IOException when the file cannot be written
     */
    void end(Problems problems) throws IOException {
        dropVmemmap();
        long chunks = Chunk.of(plan.endPfn() - 1) + 1;
        long undecided = 0;
        long firstUndecided = -1;
        for (int chunk = decided.nextClearBit(0); chunk < chunks; chunk = decided.nextClearBit(chunk + 1)) {
            long first = Chunk.firstPfn(chunk);
            long end = Math.min(plan.endPfn(), first + Chunk.PAGES);
            for (long pfn = first; pfn < end; ) {
                long to = Math.min(end, present.nextChange(pfn));
                if (present.contains(pfn)) {
                    kept.set(pfn, to);
                    undecided += to - pfn;
                    firstUndecided = firstUndecided < 0 ? pfn : firstUndecided;
                }
                pfn = to;
            }
        }
        if (undecided > 0) {
            problems.add(
                    "no verdict on " + undecided + " pages from pfn " + firstUndecided + " on, all of them are kept");
        }
        if (outside > 0) {
            problems.add("the verdict keeps " + outside + " page frames without memory");
        }
    }

    /** Only pages that were kept leave for this reason; those that had left before keep the reason they had. */
    private void dropVmemmap() throws IOException {
        vmemmapDropped = vmemmap.dropFrom(kept, decided);
        if (vmemmapDropped > 0) {
            counts.get(RuleSet.COMMON_REASONS.get(RuleSet.KEPT))[0] -= vmemmapDropped;
            counts.computeIfAbsent(RuleSet.VMEMMAP, name -> new long[1])[0] += vmemmapDropped;
        }
    }

    /** Pages that left because they describe excluded pages only. */
    long vmemmapDropped() {
        return vmemmapDropped;
    }

    /** Pages by reason, as the verdicts have them; reasons without pages are left out, but kept. */
    List<ReasonCount> counts() {
        List<ReasonCount> list = new ArrayList<>();
        counts.forEach((reason, pages) -> {
            if (pages[0] > 0 || reason.equals(RuleSet.COMMON_REASONS.get(RuleSet.KEPT))) {
                list.add(new ReasonCount(reason, pages[0]));
            }
        });
        return list;
    }
}
