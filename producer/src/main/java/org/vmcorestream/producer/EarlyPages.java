// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.Keys;

/**
 * Early pages: those that a capture keeps and dump level 31 keeps as well. They are the kernel's own: its image, page tables, struct pages, slabs and
 * stacks, without which no tool can open a dump. They are sent before all others of their part, so that a capture that is cut short later gives a file that can be
 * opened.
 *
 * <p>Those of one part travel under a number of their own, as if they were one more stripe, whose page frames are those of all stripes of the part.
 */
final class EarlyPages {
    /** Memory from which on pages go early: what a smaller guest has is sent within seconds. */
    static final long LEAST_BYTES = 1L << 30;

    /** Rule sets that keep nothing else: level 30 differs in what it counts. */
    private static final Pattern KERNEL_ONLY = Pattern.compile("level-3[01](-e)?");

    private EarlyPages() {}

    /** What early pages are kept by. */
    static RuleSet rules() {
        return BuiltInRuleSets.level(BuiltInRuleSets.MAX_LEVEL);
    }

    /**
     * Whether a capture sends pages early. One by level 31 does not: all that it has would be early.
     *
     * @param memoryBytes memory of the guest
     * @param leastBytes memory from which on they do, usually {@link #LEAST_BYTES}
     */
    static boolean wanted(RuleSet capture, long memoryBytes, long leastBytes) {
        return memoryBytes >= leastBytes && !KERNEL_ONLY.matcher(capture.name()).matches();
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
}
