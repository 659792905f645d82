// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import org.vmcorestream.rules.Anomalies;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.UnusedVmemmap;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.SparsePfnBitmap;
import org.vmcorestream.vmcore.Vmcore;

/** Tries a rule set on a vmcore right here, without Kafka, and compares its verdict with that of another one. */
final class Trial {
    private final Vmcore vmcore;
    private final DumpFacts facts;
    private final long endPfn;

    /** @param facts what conditions may ask of the dump */
    Trial(Vmcore vmcore, DumpFacts facts) {
        this.vmcore = vmcore;
        this.facts = facts;
        endPfn = vmcore.memory().endPfn();
    }

    /**
     * What came out.
     *
     * @param comparison of both
     * @param anomalies what the rule set that was tried found odd
     */
    record Outcome(Comparison comparison, Anomalies anomalies) {}

    /**
     * Decides all pages under both.
     *
     * @throws IOException when the vmcore cannot be read
     */
    Outcome run(RuleSet base, RuleSet tried, Exclusion.Listener listener) throws IOException {
        boolean twice = base.dropsUnusedVmemmap() || tried.dropsUnusedVmemmap();
        long total = twice ? 2 * endPfn : endPfn;
        Side left = new Side(base);
        Side right = new Side(tried);
        if (twice) {
            // Struct pages can lie before the pages that they describe, so all have to be decided once before.
            walk(
                    (chunk, describer) -> {
                        listener.at(Chunk.firstPfn(chunk), total);
                        left.findUnused(chunk, describer);
                        right.findUnused(chunk, describer);
                    },
                    left,
                    right);
            left.again();
            right.again();
        }
        Comparison comparison = new Comparison(base, tried);
        walk(
                (chunk, describer) -> {
                    listener.at(total - endPfn + Chunk.firstPfn(chunk), total);
                    compare(left, right, comparison);
                },
                left,
                right);
        listener.at(total, total);
        return new Outcome(comparison, right.engine.anomalies());
    }

    private interface Visitor {
        void decided(long chunk, ChunkDescriber describer) throws IOException;
    }

    private void walk(Visitor visitor, Side left, Side right) throws IOException {
        ChunkDescriber describer = vmcore.describer();
        ChunkDescriptors descriptors = new ChunkDescriptors();
        for (long chunk = 0; Chunk.firstPfn(chunk) < endPfn; chunk++) {
            describer.describe(chunk, descriptors);
            left.engine.decide(descriptors, left.verdict);
            right.engine.decide(descriptors, right.verdict);
            visitor.decided(chunk, describer);
        }
    }

    private static void compare(Side left, Side right, Comparison comparison) {
        long pfn = left.verdict.firstPfn();
        long end = pfn + left.verdict.pages();
        left.begin();
        right.begin();
        while (pfn < end) {
            long until = Math.min(left.next(pfn), right.next(pfn));
            comparison.add(pfn, until - pfn, left.reason, right.reason);
            pfn = until;
        }
    }

    /** One of the two rule sets, and where the walk over its verdict is. */
    private final class Side {
        private final RuleSet ruleSet;
        private final VerdictRuns verdict = new VerdictRuns();
        private final MemmapRuns memmap = new MemmapRuns();
        private final SparsePfnBitmap unused = new SparsePfnBitmap(endPfn, (int) (Chunk.of(endPfn) + 1));
        private final UnusedVmemmap finder;
        private VerdictEngine engine;
        private int run;
        private long runEnd;
        private int reason;

        Side(RuleSet ruleSet) {
            this.ruleSet = ruleSet;
            finder = ruleSet.dropsUnusedVmemmap() && vmcore.structPageSize() > 0
                    ? new UnusedVmemmap(
                            vmcore.structPageSize(), vmcore.pageFacts().pageSize())
                    : null;
            again();
        }

        /** Begins at the first chunk again. */
        void again() {
            engine = new VerdictEngine(ruleSet, vmcore.pageFacts(), facts, endPfn);
        }

        void findUnused(long chunk, ChunkDescriber describer) throws IOException {
            if (finder == null) {
                return;
            }
            describer.memmap(chunk, memmap);
            finder.find(verdict, memmap);
            for (int found = 0; found < finder.runs(); found++) {
                unused.add(finder.firstPfn(found), finder.endPfn(found));
            }
        }

        void begin() {
            run = -1;
            runEnd = verdict.firstPfn();
        }

        /** Finds the reason of a page frame, which is behind the one asked for before, and where another one may begin. */
        long next(long pfn) {
            while (pfn >= runEnd) {
                run++;
                runEnd += verdict.length(run);
            }
            reason = verdict.reason(run);
            if (reason != RuleSet.KEPT || unused.isEmpty()) {
                return runEnd;
            }
            long dropped = unused.nextSet(pfn);
            if (dropped == pfn) {
                reason = ruleSet.reasons().indexOf(RuleSet.VMEMMAP);
                return Math.min(runEnd, unused.runEnd(pfn));
            }
            return dropped < 0 ? runEnd : Math.min(runEnd, dropped);
        }
    }
}
