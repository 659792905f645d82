// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Condition;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.KernelNumber;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.PfnRanges;
import org.vmcorestream.rules.Reach;
import org.vmcorestream.rules.Rule;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.Supply;
import org.vmcorestream.rules.UndecidedException;

/** Memory of pages of all kinds, sane and not, and rule sets of all kinds. */
final class RandomMemory implements DescribedMemory {
    private static final int LRU = 1 << 5;
    private static final int HEAD = 1 << 6;
    private static final int PRIVATE = 1 << 15;
    private static final int POISON = 1 << 21;
    static final int STRUCT_PAGE = 64;

    /** One page of each kind. */
    private static final int[][] KINDS = {
        {0, -1, 0},
        {LRU, 0, 0},
        {LRU | PRIVATE, 0, 0},
        {LRU, 3, Descriptor.ANON},
        {0, -1, Descriptor.TAIL},
        {HEAD | LRU, 0, 9},
        {HEAD | LRU, 0, Descriptor.ANON | 4},
        {HEAD, 0xf4ffffff, Descriptor.HUGETLB | 9},
        {HEAD, 0xf4ffffff, Descriptor.HUGETLB | 18},
        {0, 0xf0ffffff, 0},
        {0, 0xf0ffffff, 3 << Descriptor.BUDDY_ORDER_SHIFT},
        {0, 0xf0ffffff, 10 << Descriptor.BUDDY_ORDER_SHIFT},
        {0, 0xf0ffffff, 77 << Descriptor.BUDDY_ORDER_SHIFT},
        {0, 0xf1ffffff, 0},
        {0, 0xf5ffffff, 0},
        {0, 0xf6ffffff, 0},
        {POISON, -1, 0},
        {0, 0xfbffffff, 0},
        {0, 0, Descriptor.HOLE},
        {0, 0, Descriptor.NO_DATA},
        {0, 0, Descriptor.NO_STRUCT_PAGE},
        {0, -100, 63}
    };

    final List<List<ChunkDescriptors>> stripes = new ArrayList<>();
    private final List<Long> firsts = new ArrayList<>();
    private final List<Long> ends = new ArrayList<>();
    private final DumpFacts facts = new DumpFacts("6.18.1", "x86_64", "tenant-1", "host-1", "panic");

    /** Memory of stripes of some chunks each; the last chunk is a short one. */
    RandomMemory(Random random, int stripeCount, int chunks, int meanRun) {
        long pfn = 0;
        for (int stripe = 0; stripe < stripeCount; stripe++) {
            List<ChunkDescriptors> described = new ArrayList<>();
            firsts.add(pfn);
            for (int chunk = 0; chunk < chunks; chunk++) {
                boolean last = stripe == stripeCount - 1 && chunk == chunks - 1;
                int pages = last ? 1 + random.nextInt(Chunk.PAGES) : Chunk.PAGES;
                if (last || random.nextInt(4) > 0) {
                    described.add(chunk(random, pfn, pages, meanRun));
                }
                pfn += pages;
            }
            ends.add(pfn);
            stripes.add(described);
        }
    }

    private static ChunkDescriptors chunk(Random random, long firstPfn, int pages, int meanRun) {
        ChunkDescriptors chunk = new ChunkDescriptors();
        chunk.begin(firstPfn);
        while (chunk.pages() < pages) {
            int[] kind = KINDS[random.nextInt(KINDS.length)];
            int length = Math.min(1 + random.nextInt(2 * meanRun), pages - chunk.pages());
            long next = firstPfn + chunk.pages();
            int order = Math.max(kind[2] & 0xff, kind[2] >>> Descriptor.BUDDY_ORDER_SHIFT & 0xff);
            if (order > 0 && order < 12 && random.nextInt(5) > 0) {
                // Go to where such a block can begin, and let its other pages follow.
                int gap = (int) ((next + (1L << order) - 1 & -(1L << order)) - next);
                append(chunk, KINDS[0], gap, pages);
                append(chunk, kind, 1, pages);
                append(chunk, KINDS[random.nextBoolean() ? 4 : 0], (1 << order) - 1, pages);
            } else {
                append(chunk, kind, order > 0 ? Math.min(length, 3) : length, pages);
            }
        }
        return chunk;
    }

    private static void append(ChunkDescriptors chunk, int[] kind, int length, int pages) {
        int fitting = Math.min(length, pages - chunk.pages());
        if (fitting > 0) {
            chunk.append(kind[0], kind[1], kind[2], fitting);
        }
    }

    /** A rule set of rules of all kinds. */
    static RuleSet ruleSet(Random random, String name) {
        List<Rule> rules = new ArrayList<>();
        int count = 1 + random.nextInt(8);
        for (int i = 0; i < count; i++) {
            int[] kind = KINDS[random.nextInt(KINDS.length)];
            int what = random.nextInt(5);
            Condition condition = (f, m, s) -> {
                switch (what) {
                    case 0:
                        return f == kind[0] && m == kind[1];
                    case 1:
                        return (s & kind[2]) != 0;
                    case 2:
                        return m == kind[1];
                    case 3:
                        if (m == kind[1]) {
                            throw new UndecidedException("no answer");
                        }
                        return false;
                    default:
                        return (f & kind[0]) != 0;
                }
            };
            boolean keep = random.nextInt(4) == 0;
            Reach reach = keep ? Reach.PAGE : Reach.values()[random.nextInt(Reach.values().length)];
            PfnRanges pfns = random.nextInt(3) > 0
                    ? PfnRanges.EVERYWHERE
                    : PfnRanges.of(List.of(
                            range(random.nextInt(60_000), 1 + random.nextInt(5_000)),
                            range(random.nextInt(60_000), 1 + random.nextInt(5_000))));
            rules.add(new Rule(
                    keep ? Rule.Action.KEEP : Rule.Action.EXCLUDE,
                    "r" + random.nextInt(5),
                    context -> condition,
                    reach,
                    pfns));
        }
        List<Supply> supplies =
                random.nextBoolean() ? List.of() : List.of(new Supply(KernelNumber.PG_SLAB, 5, dump -> true));
        return new RuleSet(name, false, random.nextInt(3) == 0, supplies, rules);
    }

    private static PfnRanges.Range range(long first, long length) {
        return new PfnRanges.Range(first, first + length);
    }

    /** Built-in ones and others. */
    static List<RuleSet> ruleSets(Random random) {
        return List.of(
                BuiltInRuleSets.level(31),
                BuiltInRuleSets.level(17),
                BuiltInRuleSets.withoutUnusedVmemmap(BuiltInRuleSets.level(31)),
                ruleSet(random, "a"),
                ruleSet(random, "b"));
    }

    @Override
    public int stripes() {
        return stripes.size();
    }

    @Override
    public long firstPfn(int stripe) {
        return firsts.get(stripe);
    }

    @Override
    public long endPfn(int stripe) {
        return ends.get(stripe);
    }

    PageFacts kernel() {
        return SampleDumps.FACTS;
    }

    DumpFacts facts() {
        return facts;
    }

    /** The struct pages of a chunk lie in the last pages of the chunk itself, one run; of every third chunk nowhere. */
    static void memmap(ChunkDescriptors chunk, MemmapRuns into) {
        into.begin();
        int pages = MemmapRuns.pages(STRUCT_PAGE, 4096);
        if (Chunk.of(chunk.firstPfn()) % 3 != 2) {
            into.append(0, chunk.firstPfn() + Chunk.PAGES - pages, pages);
        }
    }

    @Override
    public void read(int stripe, ChunkReader reader) {
        MemmapRuns memmap = new MemmapRuns();
        reader.begin(kernel(), facts, STRUCT_PAGE);
        for (ChunkDescriptors chunk : stripes.get(stripe)) {
            memmap(chunk, memmap);
            if (!reader.chunk(chunk, memmap)) {
                return;
            }
        }
    }
}
