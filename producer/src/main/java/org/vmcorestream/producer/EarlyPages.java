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
 * Early pages: those of the kernel itself, its image, page tables, slabs and stacks, without which no tool can open a dump. They are sent before all others of their
 * part, so that a capture that is cut short later gives a file that can be opened.
 *
 * <ul>
 *   <li>Of most captures: those that dump level 31 keeps as well. Memory map included, a 64th of the memory described: with it the file can be filtered again.
 *   <li>Of a capture that keeps nothing but these (levels 30 and 31) all but the memory map, which is what a tool opens a dump without. Since the kernel
 *       allocates it near the end of memory when it boots, what lies below it comes first in the order of memory too: only what lies behind is sent early, a few pages,
 *       and a sink can write the file while it is captured.
 * </ul>
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
     * @param firstEarly page frame below which nothing is early
     * @param early keeps what the capture keeps from there on but for the memory map
     * @param later keeps all else that the capture keeps
     */
    static void split(
            VerdictRuns capture, SparsePfnBitmap memmap, long firstEarly, VerdictRuns early, VerdictRuns later) {
        long pfn = capture.firstPfn();
        early.begin(pfn);
        later.begin(pfn);
        for (int run = 0; run < capture.runs(); run++) {
            int length = capture.length(run);
            long end = pfn + length;
            if (capture.reason(run) != RuleSet.KEPT) {
                early.append(RuleSet.HOLE, length);
                later.append(RuleSet.HOLE, length);
                pfn = end;
            }
            while (pfn < end) {
                long map = pfn < firstEarly ? pfn : memmap.nextSet(pfn);
                boolean isLate = map == pfn;
                long until = isLate ? Math.max(firstEarly, memmap.runEnd(pfn)) : map < 0 ? end : map;
                int pages = (int) (Math.min(end, until) - pfn);
                early.append(isLate ? RuleSet.HOLE : RuleSet.KEPT, pages);
                later.append(isLate ? RuleSet.KEPT : RuleSet.HOLE, pages);
                pfn += pages;
            }
        }
    }
}
