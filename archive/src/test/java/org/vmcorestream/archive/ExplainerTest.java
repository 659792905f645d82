// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.PageDecision;
import org.vmcorestream.rules.PageDecision.How;
import org.vmcorestream.rules.Reach;
import org.vmcorestream.rules.Rule;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.UndecidedException;

class ExplainerTest {
    private static final int BUDDY = 0xf0ffffff;
    private static final int UNACCEPTED = 0xf6ffffff;
    private static final RuleSet LEVEL_31 = BuiltInRuleSets.level(31);

    /** One stripe of what a test says. */
    private static final class Memory implements DescribedMemory {
        private final List<ChunkDescriptors> chunks = new ArrayList<>();

        Memory() {
            next();
        }

        /** Begins the next chunk. */
        Memory next() {
            ChunkDescriptors chunk = new ChunkDescriptors();
            chunk.begin((long) chunks.size() * Chunk.PAGES);
            chunks.add(chunk);
            return this;
        }

        Memory pages(int flags, int mapcount, int shape, int length) {
            chunks.get(chunks.size() - 1).append(flags, mapcount, shape, length);
            return this;
        }

        @Override
        public int stripes() {
            return 1;
        }

        @Override
        public long firstPfn(int stripe) {
            return 0;
        }

        @Override
        public long endPfn(int stripe) {
            return (long) chunks.size() * Chunk.PAGES;
        }

        @Override
        public void read(int stripe, ChunkReader reader) {
            reader.begin(SampleDumps.FACTS, DumpFacts.NONE, 64);
            for (ChunkDescriptors chunk : chunks) {
                if (!reader.chunk(chunk, new MemmapRuns())) {
                    return;
                }
            }
        }
    }

    private static Explanation.Verdict verdict(DescribedMemory memory, long pfn, RuleSet ruleSet) {
        return Explainer.explain(memory, pfn, List.of(ruleSet)).verdicts().get(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldAgreeWithTheVerdictOnEveryPage(long seed) {
        Random random = new Random(seed);
        RandomMemory memory = new RandomMemory(random, 2, 2, 150);
        List<RuleSet> ruleSets = RandomMemory.ruleSets(random);
        List<PagewiseVerdict> verdicts = ruleSets.stream()
                .map(ruleSet -> new PagewiseVerdict(memory, ruleSet))
                .toList();
        // Every page of the first stripes' beginning, and some of all others; a step that no block size divides.
        for (int pfn = 0; pfn < memory.endPfn(1); pfn += pfn < 1_200 ? 1 : 101) {
            Explanation explanation = Explainer.explain(memory, pfn, ruleSets);
            for (int i = 0; i < ruleSets.size(); i++) {
                Explanation.Verdict found = explanation.verdicts().get(i);
                PagewiseVerdict expected = verdicts.get(i);
                boolean goesAsVmemmap = expected.keeps(pfn) && expected.vmemmap.get(pfn);
                assertThat(found.reason())
                        .as("seed %d, pfn %d, rule set %s: %s", seed, pfn, found.ruleSet(), found)
                        .isEqualTo(goesAsVmemmap ? "vmemmap" : expected.reason(pfn));
                checkSense(memory, ruleSets.get(i), found, seed);
            }
        }
    }

    /** What an explanation says fits together, and fits what it says of the head of a run. */
    private static void checkSense(DescribedMemory memory, RuleSet ruleSet, Explanation.Verdict found, long seed) {
        PageDecision decision = found.decision();
        boolean inRun = decision.runPfn() >= 0;
        String what = "seed " + seed + ": " + found;
        switch (decision.how()) {
            case INSIDE_RUN -> {
                assertThat(inRun).as(what).isTrue();
                assertThat(decision.runPfn()).as(what).isLessThan(decision.pfn());
                Explanation.Verdict head = verdict(memory, decision.runPfn(), ruleSet);
                assertThat(head.decision().how()).as(what).isEqualTo(How.RULE);
                assertThat(head.decision().runEndPfn()).as(what).isEqualTo(decision.runEndPfn());
                assertThat(head.rule()).as(what).isEqualTo(found.rule());
                assertThat(head.reason()).as(what).isEqualTo(found.reason());
            }
            case RULE -> {
                Rule rule = ruleSet.rules().get(decision.rule());
                assertThat(found.reason().equals(rule.reason()) && rule.action() == Rule.Action.EXCLUDE
                                || decision.reason() == RuleSet.KEPT && rule.action() == Rule.Action.KEEP)
                        .as(what)
                        .isTrue();
            }
            case UNDECIDED, INVALID_ORDER, MISALIGNED -> {
                assertThat(decision.reason()).as(what).isEqualTo(RuleSet.KEPT);
                assertThat(decision.rule()).as(what).isNotNegative();
            }
            default -> assertThat(decision.rule()).as(what).isEqualTo(-1);
        }
    }

    @Test
    void shouldExplainAFreeBlock() {
        Memory memory = new Memory()
                .pages(0, -1, 0, 1024)
                .pages(0, BUDDY, 10 << Descriptor.BUDDY_ORDER_SHIFT, 1)
                .pages(0, -1, 0, 1023)
                .pages(0x20, 0, 0, Chunk.PAGES - 2048);

        Explanation head = Explainer.explain(memory, 1024, List.of(LEVEL_31, BuiltInRuleSets.level(1)));
        assertThat(head.words())
                .containsExactly(
                        "flags 0x00000000: none set",
                        "_mapcount 0xf0ffffff: page type free, first page of a block of the buddy system",
                        "free block of order 10 (1024 pages)");
        assertThat(head.block()).contains(new Explanation.Block("free block", 1024, 2048));
        assertThat(head.verdicts())
                .extracting(Explanation.Verdict::sentence)
                .containsExactly(
                        "excluded as free by rule 2 (free), with the 1024 pages from it on",
                        "kept: no rule speaks of it");

        Explanation inside = Explainer.explain(memory, 2047, List.of(LEVEL_31));
        assertThat(inside.words()).containsExactly("flags 0x00000000: none set", "_mapcount 0xffffffff: not mapped");
        assertThat(inside.block()).contains(new Explanation.Block("free block", 1024, 2048));
        assertThat(inside.verdicts().get(0).sentence())
                .isEqualTo("excluded as free: lies in the 1024 pages from page frame 1024 on, "
                        + "whose first one rule 2 (free) excludes");
        assertThat(inside.verdicts().get(0).decision().how()).isEqualTo(How.INSIDE_RUN);

        assertThat(verdict(memory, 2048, LEVEL_31).sentence()).isEqualTo("excluded as cache by rule 4 (cache)");
        assertThat(verdict(memory, 0, LEVEL_31).sentence()).isEqualTo("kept: no rule speaks of it");
    }

    @Test
    void shouldExplainAPageInARunFromAnEarlierChunk() {
        Memory memory = new Memory()
                .pages(0x40, 0xf4ffffff, Descriptor.HUGETLB | 18, 1)
                .pages(0, -1, Descriptor.TAIL, Chunk.PAGES - 1)
                .next()
                .pages(0, -1, Descriptor.TAIL, Chunk.PAGES - 1)
                .pages(0, 0, Descriptor.HOLE, 1);

        Explanation explanation = Explainer.explain(memory, Chunk.PAGES + 7L, List.of(LEVEL_31));

        assertThat(explanation.words()).contains("tail page of a compound page");
        assertThat(explanation.block()).contains(new Explanation.Block("compound page", 0, 2L * Chunk.PAGES));
        assertThat(explanation.block().orElseThrow().pages()).isEqualTo(2 * Chunk.PAGES);
        assertThat(explanation.verdicts().get(0).sentence())
                .isEqualTo("excluded as user: lies in the 65536 pages from page frame 0 on, "
                        + "whose first one rule 6 (user) excludes");
        assertThat(Explainer.explain(memory, 0, List.of(LEVEL_31)).words())
                .containsExactly(
                        "flags 0x00000040: PG_head",
                        "_mapcount 0xf4ffffff: page type hugetlb",
                        "head page of a hugetlb page",
                        "head page of a compound page of order 18 (262144 pages)");
        assertThat(verdict(memory, 2L * Chunk.PAGES - 1, LEVEL_31).sentence())
                .as("a hole stays one inside a run")
                .isEqualTo("no memory at this page frame");
    }

    @Test
    void shouldExplainWhatNoSaneKernelClaims() {
        Memory memory = new Memory()
                .pages(0, -1, 0, 1)
                .pages(0, BUDDY, 3 << Descriptor.BUDDY_ORDER_SHIFT, 1)
                .pages(0, BUDDY, 255 << Descriptor.BUDDY_ORDER_SHIFT, 1)
                .pages(0, UNACCEPTED, 0, 1)
                .pages(0, 0xfbffffff, 0, 1)
                .pages(0, -100, 0, Chunk.PAGES - 5);

        assertThat(verdict(memory, 1, LEVEL_31).sentence())
                .isEqualTo("kept: rule 2 (free) speaks of it, but its page frame is not aligned to its block");
        assertThat(verdict(memory, 2, LEVEL_31).sentence())
                .isEqualTo("kept: rule 2 (free) speaks of it, but its block would be larger than any can be");
        assertThat(verdict(memory, 3, LEVEL_31).sentence())
                .isEqualTo("kept: rule 3 (unaccepted) speaks of it, but its page frame is not aligned to its block");
        assertThat(words(memory, 2)).contains("free block of order 255 or more");
        assertThat(words(memory, 4)).contains("_mapcount 0xfbffffff: a page type that nobody knows");
        assertThat(words(memory, 5))
                .contains(
                        "_mapcount 0xffffff9c: a page type that VMCOREINFO does not name, or a count that went wrong");
    }

    private static List<String> words(DescribedMemory memory, long pfn) {
        return Explainer.explain(memory, pfn, List.of()).words();
    }

    @Test
    void shouldSayWhatADescriptorSays() {
        Memory memory = new Memory()
                .pages(0x8020 | 1 << 30, 0, Descriptor.ANON, 1)
                .pages(1 << 21, 2, 2 << Descriptor.MAPPING_SHIFT, 1)
                .pages(1 << 3, 0, 3 << Descriptor.MAPPING_SHIFT, 1)
                .pages(0, 0, Descriptor.NO_DATA, 1)
                .pages(0, 0, Descriptor.NO_STRUCT_PAGE, 1)
                .pages(0, 0, Descriptor.HOLE, Chunk.PAGES - 5);

        assertThat(words(memory, 0))
                .containsExactly(
                        "flags 0x40008020: PG_lru, PG_private, and bits 0x40000000 that VMCOREINFO does not name",
                        "_mapcount 0x00000000: mapped once",
                        "mapping: anonymous memory");
        assertThat(words(memory, 1))
                .containsExactly(
                        "flags 0x00200000: PG_hwpoison",
                        "_mapcount 0x00000002: mapped 3 times",
                        "mapping: movable, not in the page cache");
        assertThat(words(memory, 2))
                .containsExactly(
                        "flags 0x00000008: bits 0x00000008 that VMCOREINFO does not name",
                        "_mapcount 0x00000000: mapped once",
                        "mapping: anonymous memory that KSM shares");
        assertThat(words(memory, 3)).containsExactly("no data: memory that the vmcore holds no bytes of");
        assertThat(words(memory, 4)).singleElement().asString().startsWith("no struct page: ");
        assertThat(words(memory, 5)).containsExactly("hole: no memory at this page frame");
        assertThat(verdict(memory, 3, LEVEL_31).sentence()).isEqualTo("the vmcore holds no bytes of it");
        assertThat(verdict(memory, 4, LEVEL_31).sentence())
                .isEqualTo("kept: it has no struct page that a rule could be asked about");
    }

    @Test
    void shouldNameTheRuleThatKeepsAPageOrHasNoAnswer() {
        RuleSet ruleSet = new RuleSet(
                "mine",
                false,
                List.of(
                        new Rule(Rule.Action.KEEP, "mine", context -> (f, m, s) -> f == 1, Reach.PAGE),
                        new Rule(
                                Rule.Action.EXCLUDE,
                                "odd",
                                context -> (f, m, s) -> {
                                    throw new UndecidedException("no answer");
                                },
                                Reach.PAGE)));
        Memory memory = new Memory().pages(1, -1, 0, 1).pages(2, -1, 0, Chunk.PAGES - 1);

        assertThat(verdict(memory, 0, ruleSet).sentence()).isEqualTo("kept by rule 1 (mine)");
        assertThat(verdict(memory, 0, ruleSet).rule()).isEqualTo("mine");
        assertThat(verdict(memory, 1, ruleSet).sentence()).isEqualTo("kept: rule 2 (odd) has no answer for it");
    }

    @Test
    void shouldExplainUnusedVmemmap() {
        RuleSet ruleSet = BuiltInRuleSets.withoutUnusedVmemmap(BuiltInRuleSets.level(31));
        Random random = new Random(1);
        RandomMemory memory = new RandomMemory(random, 1, 2, 10);
        memory.stripes.get(0).clear();
        memory.stripes.get(0).add(SampleDumps.uniform(0, Chunk.PAGES - 512, 0x20, 0, 0));
        memory.stripes.get(0).get(0).append(0, -1, 0, 512);

        Explanation.Verdict last = verdict(memory, Chunk.PAGES - 512L, ruleSet);
        Explanation.Verdict needed = verdict(memory, Chunk.PAGES - 1L, ruleSet);

        assertThat(last.reason()).isEqualTo("vmemmap");
        assertThat(last.sentence())
                .isEqualTo("excluded as vmemmap: it holds nothing but struct pages of excluded pages between "
                        + "page frames 0 and 32767");
        assertThat(last.decision().how()).isEqualTo(How.NO_RULE);
        assertThat(needed.reason()).isEqualTo("kept");
    }

    @Test
    void shouldCallPagesThatNothingDescribesHoles() {
        Memory memory = new Memory().pages(0, -1, 0, Chunk.PAGES).next().pages(0, -1, 0, Chunk.PAGES);
        memory.chunks.remove(0);

        for (long pfn : new long[] {0, Chunk.PAGES - 1, 2L * Chunk.PAGES, Long.MAX_VALUE}) {
            Explanation explanation = Explainer.explain(memory, pfn, List.of(LEVEL_31));
            assertThat(explanation.descriptor()).isEmpty();
            assertThat(explanation.words()).containsExactly("hole: no memory at this page frame");
            assertThat(explanation.verdicts().get(0).reason()).isEqualTo("hole");
        }
    }

    @Test
    void shouldRefuseANegativePageFrame() {
        assertThatThrownBy(() -> Explainer.explain(new Memory(), -1, List.of()))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("page frame -1, expected 0 or more");
    }
}
