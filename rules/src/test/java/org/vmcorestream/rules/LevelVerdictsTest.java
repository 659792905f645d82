// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LevelVerdictsTest {
    private static final PageFacts NEW = Kernels.LINUX_7_2;
    private static final int BUDDY = NEW.buddyType().getAsInt();
    private static final int UNACCEPTED = NEW.unacceptedType().getAsInt();
    private static final int SLAB = NEW.slabType().getAsInt();
    private static final int OFFLINE = NEW.offlineType().getAsInt();
    private static final int LRU = 1 << NEW.lru().getAsInt();
    private static final int PRIVATE = 1 << NEW.privateBit().getAsInt();
    private static final int SWAPCACHE = 1 << NEW.swapcache().getAsInt();
    private static final int SWAPBACKED = 1 << NEW.swapbacked().getAsInt();
    private static final int HWPOISON = 1 << NEW.hwpoison().getAsInt();
    private static final Descriptor PLAIN = new Descriptor(0, -1, 0);

    @Test
    void shouldExcludeAFreeBlockFromLevel16() {
        Descriptor head = new Descriptor(0, BUDDY, 3 << Descriptor.BUDDY_ORDER_SHIFT);
        assertThat(decide(16, 32, at(8, head))).isEqualTo("8 kept, 8 free, 16 kept");
        assertThat(decide(15, 32, at(8, head))).isEqualTo("32 kept");
    }

    @Test
    void shouldExcludeAWholeMaxOrderBlockForOneUnacceptedPage() {
        Descriptor head = new Descriptor(0, UNACCEPTED, 0);
        assertThat(decide(16, 4096, at(1024, head))).isEqualTo("1024 kept, 1024 unaccepted, 2048 kept");
        assertThat(decide(15, 4096, at(1024, head))).isEqualTo("4096 kept");
    }

    @Test
    void shouldKeepAnUnacceptedPageThatIsNotAlignedAndCountIt() {
        VerdictEngine engine = new VerdictEngine(BuiltInRuleSets.level(31), NEW, DumpFacts.NONE, 4096);
        assertThat(run(engine, 4096, at(1025, new Descriptor(0, UNACCEPTED, 0))))
                .isEqualTo("4096 kept");
        assertThat(engine.anomalies()).isEqualTo(new Anomalies(0, 1, 0, 0, 1025));
    }

    @Test
    void shouldKeepAFreeBlockThatIsNotAlignedAndCountIt() {
        VerdictEngine engine = new VerdictEngine(BuiltInRuleSets.level(31), NEW, DumpFacts.NONE, 64);
        Descriptor head = new Descriptor(0, BUDDY, 4 << Descriptor.BUDDY_ORDER_SHIFT);
        assertThat(run(engine, 64, at(8, head))).isEqualTo("64 kept");
        assertThat(engine.anomalies()).isEqualTo(new Anomalies(0, 1, 0, 0, 8));
    }

    @Test
    void shouldKeepAFreePageWhoseOrderNoBlockCanHave() {
        VerdictEngine engine = new VerdictEngine(BuiltInRuleSets.level(31), NEW, DumpFacts.NONE, 4096);
        Descriptor head = new Descriptor(0, BUDDY, NEW.freeAreaLength() << Descriptor.BUDDY_ORDER_SHIFT);
        assertThat(run(engine, 4096, at(0, head))).isEqualTo("4096 kept");
        assertThat(engine.anomalies()).isEqualTo(new Anomalies(1, 0, 0, 0, 0));
        assertThat(decide(16, 4096, at(0, new Descriptor(0, BUDDY, 10 << Descriptor.BUDDY_ORDER_SHIFT))))
                .isEqualTo("1024 free, 3072 kept");
    }

    @Test
    void shouldTellPrivateFromOtherCache() {
        Descriptor cache = new Descriptor(LRU, 0, 0);
        Descriptor buffers = new Descriptor(LRU | PRIVATE, 0, 0);
        Object[] pages = at(1, cache, 2, buffers);
        assertThat(decide(2, 4, pages)).isEqualTo("1 kept, 1 cache, 2 kept");
        assertThat(decide(4, 4, pages)).isEqualTo("1 kept, 1 cache, 1 cache-private, 1 kept");
        assertThat(decide(6, 4, pages)).isEqualTo("1 kept, 1 cache, 1 cache-private, 1 kept");
        assertThat(decide(8, 4, pages)).isEqualTo("4 kept");
    }

    @Test
    void shouldCallTheSwapCacheCacheOnlyWhenItIsSwapBacked() {
        assertThat(decide(2, 2, at(0, new Descriptor(SWAPCACHE, 0, 0)))).isEqualTo("2 kept");
        assertThat(decide(2, 2, at(0, new Descriptor(SWAPBACKED, 0, 0)))).isEqualTo("2 kept");
        assertThat(decide(2, 2, at(0, new Descriptor(SWAPCACHE | SWAPBACKED, 0, 0))))
                .isEqualTo("1 cache, 1 kept");
    }

    @Test
    void shouldKeepSlabThatLooksAnonymousOrFree() {
        assertThat(decide(31, 2, at(0, new Descriptor(0, SLAB, Descriptor.ANON))))
                .isEqualTo("2 kept");
        PageFacts old = Kernels.LINUX_6_1;
        int slabFlag = 1 << old.slab().getAsInt();
        VerdictEngine engine = new VerdictEngine(BuiltInRuleSets.level(31), old, DumpFacts.NONE, 2);
        assertThat(run(engine, 2, at(0, new Descriptor(slabFlag, old.buddyType().getAsInt(), Descriptor.ANON))))
                .isEqualTo("2 kept");
    }

    @Test
    void shouldExcludeHugetlbByItsHead() {
        Descriptor head = new Descriptor(0, 0, Descriptor.HUGETLB | 9);
        Descriptor tail = new Descriptor(0, -1, Descriptor.TAIL);
        List<Object> pages = new ArrayList<>(List.of(512, head));
        for (int i = 513; i < 1024; i++) {
            pages.add(i);
            pages.add(tail);
        }
        assertThat(decide(8, 2048, pages.toArray())).isEqualTo("512 kept, 512 user, 1024 kept");
        assertThat(decide(7, 2048, pages.toArray())).isEqualTo("2048 kept");
    }

    @Test
    void shouldCountACompoundOrderAsZeroWhenThePageIsNotAlignedToIt() {
        assertThat(decide(8, 64, at(4, new Descriptor(0, 0, Descriptor.ANON | 4))))
                .isEqualTo("4 kept, 1 user, 59 kept");
    }

    @Test
    void shouldKeepTailsOfAKeptHead() {
        Descriptor tail = new Descriptor(LRU | HWPOISON, OFFLINE, Descriptor.TAIL | Descriptor.ANON);
        assertThat(decide(31, 4, at(1, tail, 2, tail))).isEqualTo("4 kept");
    }

    @Test
    void shouldExcludePoisonedAndOfflinePagesAtEveryLevel() {
        Object[] pages = at(0, new Descriptor(HWPOISON, -1, 0), 1, new Descriptor(0, OFFLINE, 0));
        for (int level = 0; level <= 31; level++) {
            assertThat(decide(level, 4, pages)).isEqualTo("1 hwpoison, 1 offline, 2 kept");
        }
    }

    @Test
    void shouldKeepOfflinePagesAtLevels0And1OfKernelsThatExportNoPoison() {
        PageFacts facts = new PageFacts(
                NEW.pageShift(),
                NEW.freeAreaLength(),
                NEW.lru(),
                NEW.privateBit(),
                NEW.swapcache(),
                NEW.swapbacked(),
                NEW.slab(),
                OptionalInt.empty(),
                NEW.headMask(),
                NEW.buddyType(),
                NEW.offlineType(),
                NEW.slabType(),
                NEW.hugetlbType(),
                NEW.unacceptedType());
        for (int level = 0; level <= 31; level++) {
            VerdictEngine engine = new VerdictEngine(BuiltInRuleSets.level(level), facts, DumpFacts.NONE, 4);
            assertThat(run(engine, 4, at(1, new Descriptor(0, OFFLINE, 0))))
                    .as("level %d", level)
                    .isEqualTo(level < 2 ? "4 kept" : "1 kept, 1 offline, 2 kept");
        }
    }

    @Test
    void shouldLeaveHolesOutOfARunAndGoOnBehindThem() {
        Descriptor hole = new Descriptor(0, 0, Descriptor.HOLE);
        Descriptor noData = new Descriptor(0, 0, Descriptor.NO_DATA);
        Descriptor head = new Descriptor(0, BUDDY, 3 << Descriptor.BUDDY_ORDER_SHIFT);
        assertThat(decide(16, 16, at(0, head, 2, hole, 3, noData)))
                .isEqualTo("2 free, 1 hole, 1 no-data, 4 free, 8 kept");
    }

    @Test
    void shouldKeepPagesWithoutAStructPage() {
        assertThat(decide(31, 2, at(0, new Descriptor(HWPOISON, OFFLINE, Descriptor.NO_STRUCT_PAGE))))
                .isEqualTo("2 kept");
    }

    @Test
    void shouldCarryARunAcrossChunksAndStopItAtTheEnd() {
        long end = 9L * Chunk.PAGES;
        VerdictEngine engine = new VerdictEngine(BuiltInRuleSets.level(8), NEW, DumpFacts.NONE, end);
        ChunkDescriptors chunk = new ChunkDescriptors();
        VerdictRuns verdict = new VerdictRuns();
        for (int number = 0; number < 9; number++) {
            chunk.begin(Chunk.firstPfn(number));
            int left = Chunk.PAGES;
            if (number == 0) {
                chunk.append(0, 0, Descriptor.HUGETLB | 18, 1);
                left--;
            }
            chunk.append(0, -1, number < 8 ? Descriptor.TAIL : 0, left);
            engine.decide(chunk, verdict);
            assertThat(verdict.runs()).isEqualTo(1);
            assertThat(engine.ruleSet().reasons().get(verdict.reason(0))).isEqualTo(number < 8 ? "user" : "kept");
            assertThat(engine.openRun())
                    .isEqualTo(number < 7 ? new OpenRun(1L << 18, verdict.reason(0)) : OpenRun.NONE);
        }
        VerdictEngine cut = new VerdictEngine(BuiltInRuleSets.level(8), NEW, DumpFacts.NONE, 1000);
        chunk.begin(0);
        chunk.append(0, 0, Descriptor.HUGETLB | 63, 1000);
        cut.decide(chunk, verdict);
        assertThat(verdict.runs()).isEqualTo(1);
        assertThat(cut.openRun()).isEqualTo(OpenRun.NONE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261122})
    void shouldAgreeWithThePageByPageWalkOnRandomPages(long seed) {
        Random random = new Random(seed);
        for (PageFacts facts : List.of(Kernels.LINUX_6_1, NEW)) {
            Descriptor[] pages = RandomPages.of(random, facts, 3 * Chunk.PAGES - 777);
            for (int level = 0; level <= 31; level++) {
                assertThat(inChunks(facts, level, pages))
                        .as("seed %d, level %d", seed, level)
                        .isEqualTo(new PageByPage(facts, level).decide(pages));
            }
        }
    }

    /** Decides pages chunk by chunk, with an engine that is thrown away and restored between two chunks. */
    private static String[] inChunks(PageFacts facts, int level, Descriptor[] pages) {
        RuleSet rules = BuiltInRuleSets.level(level);
        List<String> names = rules.reasons();
        String[] reasons = new String[pages.length];
        ChunkDescriptors chunk = new ChunkDescriptors();
        VerdictRuns verdict = new VerdictRuns();
        OpenRun openRun = OpenRun.NONE;
        Anomalies anomalies = Anomalies.NONE;
        long[] counts = new long[names.size()];
        for (int first = 0; first < pages.length; first += Chunk.PAGES) {
            VerdictEngine engine = new VerdictEngine(rules, facts, DumpFacts.NONE, pages.length);
            engine.restore(openRun, anomalies, counts);
            chunk.begin(first);
            int end = Math.min(pages.length, first + Chunk.PAGES);
            for (int pfn = first; pfn < end; pfn++) {
                chunk.append(pages[pfn].flags(), pages[pfn].mapcount(), pages[pfn].shape(), 1);
            }
            engine.decide(chunk, verdict);
            int pfn = first;
            for (int run = 0; run < verdict.runs(); run++) {
                for (int i = 0; i < verdict.length(run); i++) {
                    reasons[pfn++] = names.get(verdict.reason(run));
                }
            }
            assertThat(pfn).isEqualTo(end);
            openRun = engine.openRun();
            anomalies = engine.anomalies();
            counts = engine.pagesByReason();
        }
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        assertThat(sum).isEqualTo(pages.length);
        return reasons;
    }

    /** Pairs of page frame and descriptor; every other page is an ordinary kernel page. */
    private static Object[] at(Object... pairs) {
        return pairs;
    }

    private static String decide(int level, int pages, Object... pairs) {
        return run(new VerdictEngine(BuiltInRuleSets.level(level), NEW, DumpFacts.NONE, pages), pages, pairs);
    }

    private static String run(VerdictEngine engine, int pages, Object... pairs) {
        Descriptor[] all = new Descriptor[pages];
        java.util.Arrays.fill(all, PLAIN);
        for (int i = 0; i < pairs.length; i += 2) {
            all[(Integer) pairs[i]] = (Descriptor) pairs[i + 1];
        }
        ChunkDescriptors chunk = new ChunkDescriptors();
        chunk.begin(0);
        for (Descriptor page : all) {
            chunk.append(page.flags(), page.mapcount(), page.shape(), 1);
        }
        VerdictRuns verdict = new VerdictRuns();
        engine.decide(chunk, verdict);
        List<String> words = new ArrayList<>();
        for (int run = 0; run < verdict.runs(); run++) {
            words.add(verdict.length(run) + " " + engine.ruleSet().reasons().get(verdict.reason(run)));
        }
        return String.join(", ", words);
    }
}
