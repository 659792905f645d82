// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnusedVmemmapTest {
    private static final int PAGE = 4096;
    private static final int FREE = 3;
    private static final int USER = 4;

    private final VerdictRuns verdict = new VerdictRuns();
    private final MemmapRuns memmap = new MemmapRuns();

    /** Finds unused pages of a memory map in one piece from page frame 1000 on, for runs of (reason, pages). */
    private List<String> find(int structPageSize, int... reasonsAndLengths) {
        verdict.begin(7L << Chunk.SHIFT);
        for (int i = 0; i < reasonsAndLengths.length; i += 2) {
            verdict.append(reasonsAndLengths[i], reasonsAndLengths[i + 1]);
        }
        if (memmap.runs() == 0) {
            memmap.append(0, 1000, MemmapRuns.pages(structPageSize, PAGE));
        }
        UnusedVmemmap unused = new UnusedVmemmap(structPageSize, PAGE);
        unused.find(verdict, memmap);
        return text(unused);
    }

    private static List<String> text(UnusedVmemmap unused) {
        List<String> runs = new ArrayList<>();
        for (int run = 0; run < unused.runs(); run++) {
            runs.add(unused.firstPfn(run) + "-" + unused.endPfn(run));
        }
        return runs;
    }

    @Test
    void shouldFindThePagesThatDescribeOnlyExcludedPages() {
        assertThat(find(64, RuleSet.KEPT, 64, FREE, 128, RuleSet.KEPT, 32_576)).containsExactly("1001-1003");
    }

    @Test
    void shouldFindNothingWhereAllIsKept() {
        assertThat(find(64, RuleSet.KEPT, Chunk.PAGES)).isEmpty();
    }

    @Test
    void shouldFindAllWhereAllIsExcluded() {
        assertThat(find(64, FREE, Chunk.PAGES)).containsExactly("1000-1512");
    }

    @Test
    void shouldLeaveAPageThatDescribesOneKeptPage() {
        assertThat(find(64, FREE, 63, RuleSet.KEPT, 1, FREE, 32_704)).containsExactly("1001-1512");
        assertThat(find(64, RuleSet.KEPT, 1, FREE, 32_767)).containsExactly("1001-1512");
    }

    @Test
    void shouldNotCareForWhichReasonsPagesAreExcluded() {
        assertThat(find(64, FREE, 30, USER, 34, RuleSet.KEPT, 64, USER, 1, FREE, 63))
                .containsExactly("1000-1001", "1002-1003");
    }

    @ParameterizedTest
    @ValueSource(ints = {RuleSet.KEPT, RuleSet.HOLE, RuleSet.NO_DATA})
    void shouldLeaveAPageBesideAPageThatNoRuleExcludes(int reason) {
        assertThat(find(64, FREE, 100, reason, 1, FREE, 27)).containsExactly("1000-1001");
    }

    @Test
    void shouldLeaveAPageThatReachesBeyondTheEndOfMemory() {
        assertThat(find(64, FREE, 127)).containsExactly("1000-1001");
        assertThat(find(64, FREE, 128)).containsExactly("1000-1002");
    }

    @Test
    void shouldLeaveAPageThatHoldsAPartOfAKeptStructPage() {
        // 73.14 struct pages of 56 bytes in a page: the 74th, of page frame 73, lies in two pages
        assertThat(find(56, FREE, 73, RuleSet.KEPT, 1, FREE, 32_694)).containsExactly("1002-1448");
        assertThat(find(56, FREE, 74, RuleSet.KEPT, 32_694)).containsExactly("1000-1001");
        assertThat(find(56, RuleSet.KEPT, 73, FREE, 32_695)).containsExactly("1001-1448");
    }

    @Test
    void shouldGiveAscendingRunsOfAMemoryMapInPieces() {
        memmap.append(0, 5000, 2);
        memmap.append(2, 700, 1);
        memmap.append(4, 699, 1);
        memmap.append(5, 5002, 507);
        assertThat(find(64, FREE, 448, RuleSet.KEPT, 32_320)).containsExactly("699-701", "5000-5004");
    }

    @Test
    void shouldPassOverPagesWithoutAKnownPlace() {
        memmap.append(3, 800, 2);
        assertThat(find(64, FREE, 64, RuleSet.KEPT, 64, FREE, 32_640)).containsExactly("800-802");
    }

    @Test
    void shouldForgetTheChunkBefore() {
        UnusedVmemmap unused = new UnusedVmemmap(64, PAGE);
        verdict.begin(0);
        verdict.append(FREE, Chunk.PAGES);
        memmap.append(0, 1000, 512);
        unused.find(verdict, memmap);
        assertThat(unused.pages()).isEqualTo(512);
        memmap.begin();
        unused.find(verdict, memmap);
        assertThat(unused.pages()).isZero();
        assertThat(unused.runs()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 56, 64, 80, 1024})
    void shouldFindWhatAWalkOverEveryPageFinds(int structPageSize) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            int pages = random.nextBoolean() ? Chunk.PAGES : 1 + random.nextInt(Chunk.PAGES);
            int longest = 1 << random.nextInt(12);
            verdict.begin((long) random.nextInt(1000) << Chunk.SHIFT);
            List<Integer> reasons = new ArrayList<>();
            while (reasons.size() < pages) {
                int length = Math.min(pages - reasons.size(), 1 + random.nextInt(longest));
                int reason = random.nextInt(4) == 0 ? random.nextInt(3) : FREE + random.nextInt(3);
                verdict.append(reason, length);
                for (int i = 0; i < length; i++) {
                    reasons.add(reason);
                }
            }
            memmap.begin();
            long[] frameOf = scatter(random, MemmapRuns.pages(structPageSize, PAGE));
            UnusedVmemmap unused = new UnusedVmemmap(structPageSize, PAGE);
            unused.find(verdict, memmap);

            TreeSet<Long> found = new TreeSet<>();
            long last = -1;
            for (int run = 0; run < unused.runs(); run++) {
                assertThat(unused.firstPfn(run)).as("seed %d", seed).isGreaterThan(last);
                for (long pfn = unused.firstPfn(run); pfn < unused.endPfn(run); pfn++) {
                    found.add(pfn);
                }
                last = unused.endPfn(run);
            }
            assertThat(found).as("seed %d", seed).isEqualTo(naive(structPageSize, reasons, frameOf));
            assertThat(unused.pages()).as("seed %d", seed).isEqualTo(found.size());
        }
    }

    /** A memory map in pieces of random places, some of them unknown; says where each page is, -1 where nobody knows. */
    private long[] scatter(Random random, int pages) {
        long[] frameOf = new long[pages];
        long block = 0;
        for (int index = 0; index < pages; ) {
            int length = Math.min(pages - index, 1 + random.nextInt(100));
            boolean known = random.nextInt(5) != 0;
            long frame = (block++ * 7919 % 1_000_003) * 128;
            if (known) {
                memmap.append(index, frame, length);
            }
            for (int i = 0; i < length; i++) {
                frameOf[index + i] = known ? frame + i : -1;
            }
            index += length;
        }
        return frameOf;
    }

    private static TreeSet<Long> naive(int structPageSize, List<Integer> reasons, long[] frameOf) {
        boolean[] used = new boolean[frameOf.length];
        for (int page = 0; page < Chunk.PAGES; page++) {
            if (page >= reasons.size() || reasons.get(page) < FREE) {
                for (int at = page * structPageSize; at < (page + 1) * structPageSize; at += 8) {
                    used[at / PAGE] = true;
                }
            }
        }
        TreeSet<Long> unused = new TreeSet<>();
        for (int index = 0; index < frameOf.length; index++) {
            if (!used[index] && frameOf[index] >= 0) {
                unused.add(frameOf[index]);
            }
        }
        return unused;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -64, 31, 60, 1032, Integer.MAX_VALUE})
    void shouldRefuseAStructPageOfAnImpossibleSize(int size) {
        assertThat(MemmapRuns.isStructPageSize(size)).isFalse();
        assertThatThrownBy(() -> new UnusedVmemmap(size, PAGE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("struct page of " + size + " bytes, expected a multiple of 8 from 32 to 1024");
    }
}
