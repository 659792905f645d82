// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.PfnRun;

class KeptPagesTest {
    private static final int EXCLUDED = 3;

    @Test
    void shouldGiveBackKeptRunsInPiecesOfAtMostWhatIsAskedFor() {
        KeptPages kept = new KeptPages(new PfnRuns(List.of(new PfnRun(0, Chunk.PAGES))));
        kept.add(verdict(0, EXCLUDED, 10, RuleSet.KEPT, 7, EXCLUDED, 5, RuleSet.KEPT, 1));

        KeptPages.Cursor cursor = kept.cursor();
        assertThat(cursor.next(4)).isEqualTo(4);
        assertThat(cursor.firstPfn()).isEqualTo(10);
        assertThat(cursor.next(4)).isEqualTo(3);
        assertThat(cursor.firstPfn()).isEqualTo(14);
        assertThat(cursor.next(4)).isEqualTo(1);
        assertThat(cursor.firstPfn()).isEqualTo(22);
        assertThat(cursor.next(4)).isZero();
        assertThat(cursor.next(4)).isZero();
        assertThat(kept.pages()).isEqualTo(8);
    }

    @Test
    void shouldTakeNoPageThatTheFileHasNoBytesOf() {
        KeptPages kept = new KeptPages(new PfnRuns(List.of(new PfnRun(5, 8), new PfnRun(20, 25))));
        kept.add(verdict(0, RuleSet.KEPT, 22));

        assertThat(pages(kept)).containsExactly(5L, 6L, 7L, 20L, 21L);
    }

    @Test
    void shouldTakeAWholeChunkAndTheNext() {
        KeptPages kept = new KeptPages(new PfnRuns(List.of(new PfnRun(0, 3L * Chunk.PAGES))));
        kept.add(verdict(0, RuleSet.KEPT, Chunk.PAGES));
        kept.add(verdict(Chunk.PAGES, EXCLUDED, Chunk.PAGES));
        kept.add(verdict(2L * Chunk.PAGES, RuleSet.KEPT, 1));

        assertThat(kept.pages()).isEqualTo(Chunk.PAGES + 1);
        assertThat(pages(kept)).hasSize(Chunk.PAGES + 1).contains(2L * Chunk.PAGES);
    }

    @Test
    void shouldTakeWhatAVerdictPageByPageSays() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<PfnRun> backed = new ArrayList<>();
        for (long pfn = random.nextInt(50); pfn < 2 * Chunk.PAGES; ) {
            long end = pfn + 1 + random.nextInt(500);
            backed.add(new PfnRun(pfn, end));
            pfn = end + 1 + random.nextInt(50);
        }
        KeptPages kept = new KeptPages(new PfnRuns(backed));
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

    private static List<Long> pages(KeptPages kept) {
        List<Long> pages = new ArrayList<>();
        KeptPages.Cursor cursor = kept.cursor();
        for (int taken = cursor.next(100); taken > 0; taken = cursor.next(100)) {
            for (int i = 0; i < taken; i++) {
                pages.add(cursor.firstPfn() + i);
            }
        }
        return pages;
    }
}
