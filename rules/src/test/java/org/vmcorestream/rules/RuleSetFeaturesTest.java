// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What rule sets can say beyond dump levels: page frames, supplied numbers, facts of a dump, questions without an answer. */
class RuleSetFeaturesTest {
    private static final Descriptor PLAIN = new Descriptor(0, -1, 0);
    private static final Descriptor ANON = new Descriptor(0, 0, Descriptor.ANON);
    private static final Condition.OfDump ALWAYS = context -> (f, m, s) -> true;
    private static final Condition.OfDump IS_ANON = context -> (f, m, s) -> (s & Descriptor.ANON) != 0;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261123})
    void shouldAgreeWithTheRuleByRuleWalkOnRandomRuleSets(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 12; round++) {
            PageFacts facts = random.nextBoolean() ? Kernels.LINUX_6_1 : Kernels.LINUX_7_2;
            Descriptor[] pages = RandomPages.of(random, facts, 2 * Chunk.PAGES - 99);
            RuleSet ruleSet = randomRuleSet(random, pages.length);
            assertThat(decide(ruleSet, facts, pages))
                    .as("seed %d, round %d, %s", seed, round, ruleSet)
                    .isEqualTo(new RuleByRule(ruleSet, facts, DumpFacts.NONE).decide(pages));
        }
    }

    private static RuleSet randomRuleSet(Random random, int endPfn) {
        List<Rule> rules = new ArrayList<>();
        for (Rule rule : BuiltInRuleSets.level(31).rules()) {
            if (random.nextInt(4) == 0) {
                rules.add(new Rule(
                        Rule.Action.KEEP,
                        "odd-flags",
                        c -> (f, m, s) -> (f & 8) != 0,
                        Reach.PAGE,
                        ranges(random, endPfn)));
            }
            PfnRanges pfns = random.nextInt(3) == 0 ? PfnRanges.EVERYWHERE : ranges(random, endPfn);
            rules.add(new Rule(rule.action(), rule.reason(), rule.condition(), rule.reach(), pfns));
        }
        return new RuleSet("random", false, rules);
    }

    private static PfnRanges ranges(Random random, int endPfn) {
        List<PfnRanges.Range> ranges = new ArrayList<>();
        for (int i = 1 + random.nextInt(40); i > 0; i--) {
            long first = random.nextInt(endPfn);
            ranges.add(new PfnRanges.Range(first, first + 1 + random.nextInt(random.nextBoolean() ? 3 : 5_000)));
        }
        return PfnRanges.of(ranges);
    }

    @Test
    void shouldLookOnlyAtThePageFramesOfARule() {
        Rule keep = new Rule(Rule.Action.KEEP, "mine", IS_ANON, Reach.PAGE, pfns(2, 4, 4, 5, 9, 10));
        Rule drop = new Rule(Rule.Action.EXCLUDE, "user", IS_ANON, Reach.COMPOUND);
        String[] reasons =
                decide(new RuleSet("some-anon", false, List.of(keep, drop)), Kernels.LINUX_7_2, new Descriptor[] {
                    ANON, ANON, ANON, ANON, ANON, ANON, PLAIN, ANON, ANON, ANON
                });
        assertThat(reasons)
                .containsExactly("user", "user", "kept", "kept", "kept", "user", "kept", "user", "user", "kept");
    }

    @Test
    void shouldReachBeyondThePageFramesThatARuleLooksAt() {
        Descriptor head = new Descriptor(1 << 6, 0, Descriptor.ANON | 2);
        Rule drop = new Rule(Rule.Action.EXCLUDE, "user", IS_ANON, Reach.COMPOUND, pfns(0, 1));
        String[] reasons = decide(new RuleSet("heads", false, List.of(drop)), Kernels.LINUX_7_2, new Descriptor[] {
            head, ANON, ANON, ANON, ANON
        });
        assertThat(reasons).containsExactly("user", "user", "user", "user", "kept");
    }

    @Test
    void shouldSupplyANumberThatTheKernelDoesNotExport() {
        Descriptor[] pages = new Descriptor[2048];
        Arrays.fill(pages, PLAIN);
        pages[1024] = new Descriptor(0, -150994944, 0);
        RuleSet plain = BuiltInRuleSets.level(16);
        PageFacts silent = without(Kernels.LINUX_7_2);
        Supply supply = new Supply(
                KernelNumber.UNACCEPTED,
                -150994944,
                dump -> dump.kernelRelease().startsWith("6.14."));
        RuleSet supplying = new RuleSet("supplying", false, false, List.of(supply), plain.rules());
        DumpFacts old = new DumpFacts("6.14.2", "", "", "", "");

        assertThat(decide(plain, silent, old, pages)[1500]).isEqualTo("kept");
        assertThat(decide(supplying, silent, old, pages)[1023]).isEqualTo("kept");
        assertThat(decide(supplying, silent, old, pages)[1024]).isEqualTo("unaccepted");
        assertThat(decide(supplying, silent, old, pages)[2047]).isEqualTo("unaccepted");
        assertThat(decide(supplying, silent, DumpFacts.NONE, pages)[1024]).isEqualTo("kept");
    }

    @Test
    void shouldNeverReplaceANumberThatTheKernelExports() {
        for (KernelNumber number : KernelNumber.values()) {
            OptionalInt exported = Kernels.LINUX_7_2.number(number);
            PageFacts supplied = Kernels.LINUX_7_2.supplied(number, 3);
            assertThat(supplied.number(number)).isEqualTo(exported.isPresent() ? exported : OptionalInt.of(3));
            for (KernelNumber other : KernelNumber.values()) {
                if (other != number) {
                    assertThat(supplied.number(other)).isEqualTo(Kernels.LINUX_7_2.number(other));
                }
            }
        }
    }

    @Test
    void shouldAskFactsOfTheDump() {
        Rule tenant = new Rule(
                Rule.Action.EXCLUDE,
                "theirs",
                context -> {
                    boolean theirs = context.dump().tenant().equals("acme");
                    return (f, m, s) -> theirs;
                },
                Reach.PAGE);
        RuleSet ruleSet = new RuleSet("of-tenant", false, List.of(tenant));
        Descriptor[] pages = {PLAIN};
        assertThat(decide(ruleSet, Kernels.LINUX_7_2, new DumpFacts("", "", "acme", "", ""), pages))
                .containsExactly("theirs");
        assertThat(decide(ruleSet, Kernels.LINUX_7_2, DumpFacts.NONE, pages)).containsExactly("kept");
    }

    @Test
    void shouldKeepAndCountPagesThatAConditionHasNoAnswerFor() {
        Rule broken = new Rule(
                Rule.Action.EXCLUDE,
                "broken",
                context -> (f, m, s) -> {
                    if (m == 7) {
                        throw new UndecidedException("overflow");
                    }
                    return false;
                },
                Reach.PAGE);
        RuleSet ruleSet =
                new RuleSet("half", false, List.of(broken, new Rule(Rule.Action.EXCLUDE, "all", ALWAYS, Reach.PAGE)));
        VerdictEngine engine = new VerdictEngine(ruleSet, Kernels.LINUX_7_2, DumpFacts.NONE, 100);
        ChunkDescriptors chunk = new ChunkDescriptors();
        chunk.begin(0);
        chunk.append(0, 0, 0, 5);
        chunk.append(0, 7, 0, 3);
        chunk.append(0, 0, 0, 2);
        engine.decide(chunk, new VerdictRuns());
        assertThat(engine.pagesByReason()).containsExactly(3, 0, 0, 0, 7);
        assertThat(engine.anomalies()).isEqualTo(new Anomalies(0, 0, 3, 0, 5));
    }

    @Test
    void shouldCountPageTypesThatNobodyKnows() {
        int[] known = {-1, 0, 5, -129, -257, -2, -128};
        assertUnknown(Kernels.LINUX_6_1, known, false);
        assertUnknown(Kernels.LINUX_6_1, new int[] {-1 & ~0x200, -1 & ~0x400, -1 & ~0x2000}, false);
        assertUnknown(Kernels.LINUX_6_1, new int[] {-1 & ~0x20000, 0xf0000000, 0xf1234567}, true);
        assertUnknown(Kernels.LINUX_7_2, new int[] {-1, 0, 1, 0xf0000000, 0xf2000000, 0xf6001234, 0xf8000000}, false);
        assertUnknown(Kernels.LINUX_7_2, new int[] {0xf9000000, 0xfe000001}, true);
    }

    private static void assertUnknown(PageFacts facts, int[] mapcounts, boolean unknown) {
        for (int mapcount : mapcounts) {
            VerdictEngine engine = new VerdictEngine(BuiltInRuleSets.level(0), facts, DumpFacts.NONE, 100);
            ChunkDescriptors chunk = new ChunkDescriptors();
            chunk.begin(0);
            chunk.append(0, mapcount, 0, 4);
            engine.decide(chunk, new VerdictRuns());
            assertThat(engine.anomalies().unknownTypes()).as("%08x", mapcount).isEqualTo(unknown ? 4 : 0);
            assertThat(engine.anomalies().kept()).isZero();
        }
    }

    @Test
    void shouldNameTheLevelsThatDropUnusedVmemmap() {
        RuleSet ruleSet = BuiltInRuleSets.named("31-e").orElseThrow();
        assertThat(ruleSet.name()).isEqualTo("level-31-e");
        assertThat(ruleSet.dropsUnusedVmemmap()).isTrue();
        assertThat(ruleSet.reasons()).endsWith(RuleSet.VMEMMAP);
        assertThat(BuiltInRuleSets.named("level-4-e").orElseThrow().rules())
                .hasSameSizeAs(BuiltInRuleSets.level(4).rules());
        assertThat(BuiltInRuleSets.named("32-e")).isEmpty();
        assertThat(BuiltInRuleSets.named("capture-e")).isEmpty();
    }

    @Test
    void shouldRefuseValuesThatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Supply(KernelNumber.PG_LRU, 32, dump -> true))
                .withMessageContaining("PG_lru is 32");
        assertThatIllegalArgumentException().isThrownBy(() -> PfnRanges.of(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new PfnRanges.Range(5, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> new PfnRanges.Range(5, PfnRanges.END_PFN + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new RuleSet("a@0", false, List.of()));
        assertThat(new RuleSet("a@12", false, List.of()).name()).isEqualTo("a@12");
    }

    @Test
    void shouldJoinRangesThatTouch() {
        PfnRanges ranges = pfns(10, 20, 0, 5, 20, 25, 4, 6, 12, 13);
        assertThat(ranges.ranges()).containsExactly(new PfnRanges.Range(0, 6), new PfnRanges.Range(10, 25));
        assertThat(ranges.contains(5)).isTrue();
        assertThat(ranges.contains(6)).isFalse();
        assertThat(ranges.nextBorder(0)).isEqualTo(6);
        assertThat(ranges.nextBorder(6)).isEqualTo(10);
        assertThat(ranges.nextBorder(24)).isEqualTo(25);
        assertThat(ranges.nextBorder(25)).isEqualTo(PfnRanges.END_PFN);
    }

    private static PfnRanges pfns(long... borders) {
        List<PfnRanges.Range> ranges = new ArrayList<>();
        for (int i = 0; i < borders.length; i += 2) {
            ranges.add(new PfnRanges.Range(borders[i], borders[i + 1]));
        }
        return PfnRanges.of(ranges);
    }

    private static PageFacts without(PageFacts f) {
        return new PageFacts(
                f.pageShift(),
                f.freeAreaLength(),
                f.lru(),
                f.privateBit(),
                f.swapcache(),
                f.swapbacked(),
                f.slab(),
                f.hwpoison(),
                f.headMask(),
                f.buddyType(),
                f.offlineType(),
                f.slabType(),
                f.hugetlbType(),
                OptionalInt.empty());
    }

    private static String[] decide(RuleSet ruleSet, PageFacts facts, Descriptor[] pages) {
        return decide(ruleSet, facts, DumpFacts.NONE, pages);
    }

    private static String[] decide(RuleSet ruleSet, PageFacts facts, DumpFacts dump, Descriptor[] pages) {
        VerdictEngine engine = new VerdictEngine(ruleSet, facts, dump, pages.length);
        String[] reasons = new String[pages.length];
        ChunkDescriptors chunk = new ChunkDescriptors();
        VerdictRuns verdict = new VerdictRuns();
        for (int first = 0; first < pages.length; first += Chunk.PAGES) {
            chunk.begin(first);
            for (int pfn = first; pfn < Math.min(pages.length, first + Chunk.PAGES); pfn++) {
                chunk.append(pages[pfn].flags(), pages[pfn].mapcount(), pages[pfn].shape(), 1);
            }
            engine.decide(chunk, verdict);
            int pfn = first;
            for (int run = 0; run < verdict.runs(); run++) {
                for (int i = 0; i < verdict.length(run); i++) {
                    reasons[pfn++] = ruleSet.reasons().get(verdict.reason(run));
                }
            }
        }
        return reasons;
    }
}
