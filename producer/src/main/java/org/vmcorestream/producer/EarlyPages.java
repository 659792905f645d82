// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.vmcore.SparsePfnBitmap;

/**
 * Early pages: those that a capture keeps and dump level 31 keeps as well. They are the kernel's own: its image, page tables, struct pages, slabs and
 * stacks, without which no tool can open a dump. They are sent before all others of their part, so that a capture that is cut short later gives a file that can be
 * opened.
 *
 * <p>Those of one part travel under a number of their own, as if they were one more stripe, whose page frames are those of all stripes of the part.
 */
final class EarlyPages {
    private EarlyPages() {}

    /** What early pages are kept by. */
    static RuleSet rules() {
        return BuiltInRuleSets.level(BuiltInRuleSets.MAX_LEVEL);
    }

    /**
     * What early pages travel as, one for each part.
     *
     * @param stripes those of the dump
     * @param partitions partitions of page-data
     */
    static List<Stripe> of(List<Stripe> stripes, String dumpId, int partitions) {
        List<Stripe> early = new ArrayList<>();
        for (int at = 0; at < stripes.size(); ) {
            Stripe first = stripes.get(at);
            int chunks = 0;
            long endPfn = first.endPfn();
            for (; at < stripes.size() && stripes.get(at).part() == first.part(); at++) {
                chunks += stripes.get(at).chunks();
                endPfn = stripes.get(at).endPfn();
            }
            int number = Keys.earlyStripe(first.part());
            int partition = Keys.partition(dumpId, number, partitions);
            early.add(new Stripe(number, first.firstPfn(), endPfn, chunks, partition, first.part()));
        }
        return List.copyOf(early);
    }

    /**
     * Splits a verdict.
     *
     * @param capture what the capture keeps of a chunk
     * @param kernel what {@link #rules} keeps of it
     * @param early keeps what both keep
     * @param later keeps what only the capture keeps
     */
    static void split(VerdictRuns capture, VerdictRuns kernel, VerdictRuns early, VerdictRuns later) {
        early.begin(capture.firstPfn());
        later.begin(capture.firstPfn());
        int run = 0;
        int end = capture.runs() == 0 ? 0 : capture.length(0);
        int other = 0;
        int otherEnd = kernel.runs() == 0 ? 0 : kernel.length(0);
        for (int at = 0; at < capture.pages(); ) {
            while (end == at) {
                end += capture.length(++run);
            }
            while (otherEnd == at) {
                otherEnd += kernel.length(++other);
            }
            int until = Math.min(end, otherEnd);
            boolean kept = capture.reason(run) == RuleSet.KEPT;
            boolean kernels = kernel.reason(other) == RuleSet.KEPT;
            early.append(kept && kernels ? RuleSet.KEPT : RuleSet.HOLE, until - at);
            later.append(kept && !kernels ? RuleSet.KEPT : RuleSet.HOLE, until - at);
            at = until;
        }
    }

    /**
     * Splits a verdict of a capture that keeps nothing but the kernel's own pages.
     *
     * @param memmap page frames of the memory map
     * @param early keeps what the capture keeps but for these
     * @param later keeps these
     */
    static void split(VerdictRuns capture, SparsePfnBitmap memmap, VerdictRuns early, VerdictRuns later) {
        long pfn = capture.firstPfn();
        early.begin(pfn);
        later.begin(pfn);
        long mapFirst = memmap.nextSet(pfn);
        for (int run = 0; run < capture.runs(); run++) {
            int length = capture.length(run);
            long end = pfn + length;
            if (capture.reason(run) != RuleSet.KEPT) {
                early.append(RuleSet.HOLE, length);
                later.append(RuleSet.HOLE, length);
                pfn = end;
            }
            while (pfn < end) {
                if (mapFirst >= 0 && mapFirst < pfn) {
                    mapFirst = memmap.nextSet(pfn);
                }
                boolean ofMap = mapFirst == pfn;
                long until = Math.min(end, ofMap ? memmap.runEnd(pfn) : mapFirst < 0 ? end : mapFirst);
                early.append(ofMap ? RuleSet.HOLE : RuleSet.KEPT, (int) (until - pfn));
                later.append(ofMap ? RuleSet.KEPT : RuleSet.HOLE, (int) (until - pfn));
                pfn = until;
            }
        }
    }
}
