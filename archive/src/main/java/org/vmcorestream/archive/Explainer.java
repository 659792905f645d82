// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Condition;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.PageDecision;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.Reach;
import org.vmcorestream.rules.Rule;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;

/**
 * Explains one page. The chunks of its stripe are decided by the same engine as ever up to the page itself, and the engine says
 * what it did: so an explanation cannot differ from a verdict. Where a rule set drops unused vmemmap and keeps the page,
 * all chunks are read until one is found that has no use for it.
 */
public final class Explainer {
    private static final String FREE = "free";
    private static final String UNACCEPTED = "unaccepted";
    private static final String COMPOUND = "compound";

    /** Finds the block a page belongs to: the rules that reach further than a page, and nothing else. */
    private static final RuleSet BLOCKS = new RuleSet(
            "blocks",
            false,
            List.of(
                    block(FREE, context -> type(context.kernel().buddyType()), Reach.BUDDY),
                    block(UNACCEPTED, context -> type(context.kernel().unacceptedType()), Reach.MAX_ORDER_BLOCK),
                    block(
                            COMPOUND,
                            context -> (f, m, s) -> (s & Descriptor.COMPOUND_ORDER_MASK) != 0,
                            Reach.COMPOUND)));

    private final DescribedMemory memory;
    private final long pfn;
    private final List<RuleSet> ruleSets;

    private Explainer(DescribedMemory memory, long pfn, List<RuleSet> ruleSets) {
        this.memory = memory;
        this.pfn = pfn;
        this.ruleSets = ruleSets;
    }

    private static Rule block(String name, Condition.OfDump condition, Reach reach) {
        return new Rule(Rule.Action.EXCLUDE, name, condition, reach);
    }

    private static Condition type(OptionalInt type) {
        if (type.isEmpty()) {
            return (f, m, s) -> false;
        }
        int value = type.getAsInt();
        return (f, m, s) -> m == value;
    }

    /**
     * Explains a page.
     *
     * @param pfn page frame; one beyond the memory of the dump is a hole
     * @throws ArchiveException when the memory cannot be read, or {@code pfn} is negative
     */
    public static Explanation explain(DescribedMemory memory, long pfn, List<RuleSet> ruleSets) {
        if (pfn < 0) {
            throw new ArchiveException("page frame " + pfn + ", expected 0 or more");
        }
        return new Explainer(memory, pfn, List.copyOf(ruleSets)).explain();
    }

    private Explanation explain() {
        Walk walk = new Walk();
        for (int stripe = 0; stripe < memory.stripes(); stripe++) {
            if (pfn >= memory.firstPfn(stripe) && pfn < memory.endPfn(stripe)) {
                walk.stripeEnd = memory.endPfn(stripe);
                memory.read(stripe, walk);
            }
        }
        if (walk.descriptor == null) {
            return hole();
        }
        List<Explanation.Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < ruleSets.size(); i++) {
            verdicts.add(verdict(ruleSets.get(i), walk.decisions.get(i)));
        }
        return new Explanation(
                pfn,
                Optional.of(walk.descriptor),
                DescriptorWords.of(walk.descriptor, walk.kernel),
                Optional.ofNullable(walk.block),
                List.copyOf(verdicts));
    }

    private Explanation hole() {
        PageDecision decision = new PageDecision(pfn, RuleSet.HOLE, PageDecision.How.HOLE, -1, -1, 0);
        return new Explanation(
                pfn,
                Optional.empty(),
                List.of("hole: no memory at this page frame"),
                Optional.empty(),
                ruleSets.stream()
                        .map(ruleSet -> VerdictWords.of(ruleSet, decision))
                        .toList());
    }

    private Explanation.Verdict verdict(RuleSet ruleSet, PageDecision decision) {
        Explanation.Verdict byRules = VerdictWords.of(ruleSet, decision);
        if (!ruleSet.dropsUnusedVmemmap() || decision.reason() != RuleSet.KEPT) {
            return byRules;
        }
        VmemmapSearch search = new VmemmapSearch(pfn, ruleSet);
        for (int stripe = 0; stripe < memory.stripes() && !search.isUnused(); stripe++) {
            search.enter(memory.endPfn(stripe));
            memory.read(stripe, search);
        }
        return search.isUnused() ? VerdictWords.unusedVmemmap(ruleSet, decision, search.chunk()) : byRules;
    }

    /** A stripe up to the page. */
    private final class Walk implements DescribedMemory.ChunkReader {
        private final List<VerdictEngine> engines = new ArrayList<>();
        private final VerdictRuns scratch = new VerdictRuns();
        private final List<PageDecision> decisions = new ArrayList<>();
        private long stripeEnd;
        private PageFacts kernel;
        private Descriptor descriptor;
        private Explanation.Block block;

        @Override
        public void begin(PageFacts facts, DumpFacts dump, int structPageSize) {
            kernel = facts;
            engines.add(new VerdictEngine(BLOCKS, facts, dump, stripeEnd));
            for (RuleSet ruleSet : ruleSets) {
                engines.add(new VerdictEngine(ruleSet, facts, dump, stripeEnd));
            }
        }

        @Override
        public boolean chunk(ChunkDescriptors chunk, MemmapRuns memmap) {
            if (pfn < chunk.firstPfn()) {
                return false;
            }
            boolean last = pfn < chunk.firstPfn() + chunk.pages();
            ChunkDescriptors upToPage = last ? upTo(chunk, (int) (pfn - chunk.firstPfn()) + 1) : chunk;
            for (VerdictEngine engine : engines) {
                engine.decide(upToPage, scratch);
            }
            if (last) {
                descriptor = upToPage.descriptor(upToPage.runEntry(upToPage.runs() - 1));
                block = block(engines.get(0).lastPage());
                engines.stream().skip(1).map(VerdictEngine::lastPage).forEach(decisions::add);
            }
            return !last;
        }

        private Explanation.Block block(PageDecision decision) {
            if (decision.runPfn() < 0) {
                return null;
            }
            String kind = switch (BLOCKS.rules().get(decision.rule()).reason()) {
                case FREE -> "free block";
                case UNACCEPTED -> "unaccepted block";
                default -> "compound page";
            };
            return new Explanation.Block(kind, decision.runPfn(), decision.runEndPfn());
        }
    }

    /** The first pages of a chunk. */
    static ChunkDescriptors upTo(ChunkDescriptors chunk, int pages) {
        ChunkDescriptors cut = new ChunkDescriptors();
        cut.begin(chunk.firstPfn());
        for (int entry = 0; entry < chunk.entries(); entry++) {
            cut.addEntry(chunk.flags(entry), chunk.mapcount(entry), chunk.shape(entry));
        }
        int left = pages;
        for (int run = 0; left > 0; run++) {
            int length = Math.min(left, chunk.runLength(run));
            cut.appendRun(chunk.runEntry(run), length);
            left -= length;
        }
        return cut;
    }
}
