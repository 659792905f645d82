// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.memory.RunLookup;

class KeptPagesTest {
    private static final int EXCLUDED = 3;

    @Test
    void shouldGiveBackKeptRunsInPiecesOfAnySize() throws IOException {
        KeptPages kept = kept(List.of(new PfnRun(0, Chunk.PAGES)));
        kept.add(verdict(0, EXCLUDED, 10, RuleSet.KEPT, 7, EXCLUDED, 5, RuleSet.KEPT, 1));
        kept.end(null);

        assertThat(kept.available()).isEqualTo(7);
        assertThat(kept.firstPfn()).isEqualTo(10);
        kept.take(4);
        assertThat(kept.available()).isEqualTo(3);
        assertThat(kept.firstPfn()).isEqualTo(14);
        kept.take(3);
        assertThat(kept.drained()).isFalse();
        assertThat(kept.available()).isEqualTo(1);
        assertThat(kept.firstPfn()).isEqualTo(22);
        kept.take(1);
        assertThat(kept.available()).isZero();
        assertThat(kept.drained()).isTrue();
        assertThat(kept.pages()).isEqualTo(8);
    }

    @Test
    void shouldGiveRunsWhileItGrows() throws IOException {
        KeptPages kept = kept(List.of(new PfnRun(0, 2L * Chunk.PAGES)));
        kept.add(verdict(0, RuleSet.KEPT, 5, EXCLUDED, Chunk.PAGES - 15, RuleSet.KEPT, 10));

        assertThat(kept.available()).isEqualTo(5);
        kept.take(5);
        assertThat(kept.available()).isEqualTo(10);
        assertThat(kept.firstPfn()).isEqualTo(Chunk.PAGES - 10);
        kept.take(10);
        assertThat(kept.available()).isZero();
        assertThat(kept.drained()).isFalse();
        kept.add(verdict(Chunk.PAGES, RuleSet.KEPT, 10, EXCLUDED, 1, RuleSet.KEPT, 1, EXCLUDED, 1));
        kept.end(null);
        assertThat(pages(kept)).hasSize(11).startsWith((long) Chunk.PAGES).endsWith(Chunk.PAGES + 11L);
    }

    @Test
    void shouldDecideAgainWhatTheBudgetDoesNotHoldAndGiveTheSamePages() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int chunks = 6;
        List<VerdictRuns> verdicts = new ArrayList<>();
        for (int c = 0; c < chunks; c++) {
            VerdictRuns verdict = new VerdictRuns();
            verdict.begin((long) c * Chunk.PAGES);
            for (int left = Chunk.PAGES; left > 0; ) {
                int length = Math.min(left, 1 + random.nextInt(4));
                verdict.append(random.nextBoolean() ? EXCLUDED : RuleSet.KEPT, length);
                left -= length;
            }
            verdicts.add(verdict);
        }
        List<PfnRun> backed = List.of(new PfnRun(0, (long) chunks * Chunk.PAGES));
        List<Long> expected = pages(filled(new KeptBudget(KeptBudget.USUAL_BYTES), backed, verdicts));
        for (int blocks = 0; blocks <= 30; blocks += 3) {
            KeptBudget budget = new KeptBudget(blocks * KeptRuns.BLOCK);
            KeptPages kept = filled(budget, backed, verdicts);

            assertThat(budget.taken()).as("taken").isLessThanOrEqualTo(blocks * KeptRuns.BLOCK);
            assertThat(kept.pages()).isEqualTo(expected.size());
            assertThat(pages(kept)).as("%d blocks", blocks).isEqualTo(expected);
            assertThat(budget.taken()).as("left over").isLessThanOrEqualTo(KeptRuns.BLOCK);
        }
    }

    /** Millions of runs: memory is counted in blocks, whatever the dump. */
    @Test
    void shouldStayWithinItsBudgetWhateverTheDump() throws IOException {
        KeptBudget budget = new KeptBudget(1 << 20);
        int chunks = 256;
        List<PfnRun> backed = List.of(new PfnRun(0, (long) chunks * Chunk.PAGES));
        KeptPages kept = new KeptPages(new RunLookup(backed), budget);
        int remembered = 0;
        for (int c = 0; c < chunks; c++) {
            remembered += kept.add(everyOther(c)) ? 1 : 0;
            assertThat(budget.taken()).isLessThanOrEqualTo(1 << 20);
        }
        assertThat(remembered).isBetween(30, 33);
        int[] next = {remembered};
        kept.end(into -> {
            if (next[0] == chunks) {
                return false;
            }
            alternate(into, next[0]++);
            return true;
        });

        long runs = 0;
        long expected = 0;
        for (int available = kept.available(); available > 0; available = kept.available()) {
            assertThat(available).isEqualTo(1);
            if (kept.firstPfn() != expected) {
                assertThat(kept.firstPfn()).isEqualTo(expected);
            }
            kept.take(1);
            expected += 2;
            runs++;
        }
        assertThat(runs).isEqualTo(kept.pages()).isEqualTo((long) chunks * Chunk.PAGES / 2);
        assertThat(budget.taken()).isLessThanOrEqualTo(KeptRuns.BLOCK);
    }

    @Test
    void shouldTakeNoPageThatTheFileHasNoBytesOf() throws IOException {
        KeptPages kept = kept(List.of(new PfnRun(5, 8), new PfnRun(20, 25)));
        kept.add(verdict(0, RuleSet.KEPT, 22));
        kept.end(null);

        assertThat(pages(kept)).containsExactly(5L, 6L, 7L, 20L, 21L);
    }

    @Test
    void shouldTakeAWholeChunkAndTheNext() throws IOException {
        KeptPages kept = kept(List.of(new PfnRun(0, 3L * Chunk.PAGES)));
        kept.add(verdict(0, RuleSet.KEPT, Chunk.PAGES));
        kept.add(verdict(Chunk.PAGES, EXCLUDED, Chunk.PAGES));
        kept.add(verdict(2L * Chunk.PAGES, RuleSet.KEPT, 1));
        kept.end(null);

        assertThat(kept.pages()).isEqualTo(Chunk.PAGES + 1);
        assertThat(pages(kept)).hasSize(Chunk.PAGES + 1).contains(2L * Chunk.PAGES);
    }

    @Test
    void shouldTakeWhatAVerdictPageByPageSays() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<PfnRun> backed = new ArrayList<>();
        for (long pfn = random.nextInt(50); pfn < 2 * Chunk.PAGES; ) {
            long end = pfn + 1 + random.nextInt(500);
            backed.add(new PfnRun(pfn, end));
            pfn = end + 1 + random.nextInt(50);
        }
        KeptPages kept = kept(backed);
        List<Long> expected = new ArrayList<>();
        for (long first : new long[] {0, Chunk.PAGES}) {
            VerdictRuns verdict = new VerdictRuns();
            verdict.begin(first);
            for (long pfn = first; pfn < first + Chunk.PAGES; pfn++) {
                int reason = random.nextInt(3) == 0 ? EXCLUDED : RuleSet.KEPT;
                verdict.append(reason, 1);
                long page = pfn;
                if (reason == RuleSet.KEPT
                        && backed.stream().anyMatch(r -> page >= r.firstPfn() && page < r.endPfn())) {
                    expected.add(pfn);
                }
            }
            kept.add(verdict);
        }
        kept.end(null);

        assertThat(pages(kept)).isEqualTo(expected);
        assertThat(kept.pages()).isEqualTo(expected.size());
    }

    private static VerdictRuns verdict(long first, int... reasonsAndLengths) {
        VerdictRuns verdict = new VerdictRuns();
        verdict.begin(first);
        for (int i = 0; i < reasonsAndLengths.length; i += 2) {
            verdict.append(reasonsAndLengths[i], reasonsAndLengths[i + 1]);
        }
        return verdict;
    }

    private static KeptPages kept(List<PfnRun> backed) {
        return new KeptPages(new RunLookup(backed), new KeptBudget(KeptBudget.USUAL_BYTES));
    }

    /** Verdicts as far as they are remembered, the others given a second time. */
    private static KeptPages filled(KeptBudget budget, List<PfnRun> backed, List<VerdictRuns> verdicts)
            throws IOException {
        KeptPages kept = new KeptPages(new RunLookup(backed), budget);
        int[] next = {0};
        for (VerdictRuns verdict : verdicts) {
            next[0] += kept.add(verdict) ? 1 : 0;
        }
        KeptPages.Rest rest = into -> {
            if (next[0] == verdicts.size()) {
                return false;
            }
            VerdictRuns from = verdicts.get(next[0]++);
            into.begin(from.firstPfn());
            for (int run = 0; run < from.runs(); run++) {
                into.append(from.reason(run), from.length(run));
            }
            return true;
        };
        kept.end(next[0] == verdicts.size() ? null : rest);
        return kept;
    }

    private static VerdictRuns everyOther(int chunk) {
        VerdictRuns verdict = new VerdictRuns();
        alternate(verdict, chunk);
        return verdict;
    }

    private static void alternate(VerdictRuns verdict, int chunk) {
        verdict.begin((long) chunk * Chunk.PAGES);
        for (int i = 0; i < Chunk.PAGES; i += 2) {
            verdict.append(RuleSet.KEPT, 1);
            verdict.append(EXCLUDED, 1);
        }
    }

    private static List<Long> pages(KeptPages kept) throws IOException {
        List<Long> pages = new ArrayList<>();
        for (int available = kept.available(); available > 0; available = kept.available()) {
            int taken = Math.min(available, 100);
            for (int i = 0; i < taken; i++) {
                pages.add(kept.firstPfn() + i);
            }
            kept.take(taken);
        }
        assertThat(kept.drained()).isTrue();
        return pages;
    }
}
