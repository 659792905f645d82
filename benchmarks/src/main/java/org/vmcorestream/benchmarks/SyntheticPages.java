// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.PageFacts;

/** Chunks that no vmcore is needed for. They are the same in every run. */
final class SyntheticPages {
    /** Linux 7.2 as Debian builds it. */
    static final PageFacts FACTS = new PageFacts(
            12,
            11,
            OptionalInt.of(5),
            OptionalInt.of(14),
            OptionalInt.of(10),
            OptionalInt.of(17),
            OptionalInt.empty(),
            OptionalInt.of(21),
            1 << 6,
            OptionalInt.of(-268435456),
            OptionalInt.of(-251658240),
            OptionalInt.of(-184549376),
            OptionalInt.of(-201326592),
            OptionalInt.of(-150994944));

    private static final int LRU = 1 << 5;
    private static final int HEAD = 1 << 6;
    private static final int PRIVATE = 1 << 14;
    private static final int SWAPBACKED = 1 << 17;

    private final Random random = new Random(2026);

    private SyntheticPages() {}

    /** Chunks as those of a small VM that has been up for a while: short runs of few descriptors. */
    static List<ChunkDescriptors> everyday(int chunks) {
        return new SyntheticPages().chunks(chunks, false);
    }

    /** Chunks in which no page is like another: as many conditions are asked as there are pages. */
    static List<ChunkDescriptors> allDifferent(int chunks) {
        return new SyntheticPages().chunks(chunks, true);
    }

    private List<ChunkDescriptors> chunks(int count, boolean different) {
        List<ChunkDescriptors> chunks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ChunkDescriptors chunk = new ChunkDescriptors();
            chunk.begin(Chunk.firstPfn(i));
            while (chunk.pages() < Chunk.PAGES) {
                if (different) {
                    Descriptor page = page();
                    int flags = page.flags() | idleBits(chunk.pages());
                    chunk.append(flags, page.mapcount(), page.shape() & ~Descriptor.COMPOUND_ORDER_MASK, 1);
                } else {
                    append(chunk);
                }
            }
            chunks.add(chunk);
        }
        return chunks;
    }

    /** The low 15 bits of a number, put where {@code page.flags} has bits that no rule asks for. */
    private static int idleBits(int number) {
        return (number & 0xf) << 22 | (number >>> 4 & 0x1f) << 27 | (number >>> 9 & 7) << 7 | (number >>> 12 & 7) << 11;
    }

    /** One head with its tails, block or single page, as it fits. */
    private void append(ChunkDescriptors chunk) {
        int room = Chunk.PAGES - chunk.pages();
        Descriptor page = page();
        int repeat = 1 + random.nextInt(4) * random.nextInt(4);
        int order = page.compoundOrder();
        if (order > 0 && (chunk.pages() & (1 << order) - 1) == 0) {
            chunk.append(page.flags(), page.mapcount(), page.shape(), 1);
            chunk.append(page.flags() & ~HEAD, -1, Descriptor.TAIL, (1 << order) - 1);
        } else {
            int shape = page.shape() & ~Descriptor.COMPOUND_ORDER_MASK;
            chunk.append(page.flags(), page.mapcount(), shape, Math.min(room, repeat));
        }
    }

    private Descriptor page() {
        int anon = Descriptor.ANON;
        return switch (random.nextInt(12)) {
            case 0, 1 -> new Descriptor(0, FACTS.buddyType().getAsInt(), random.nextInt(4) << 8);
            case 2, 3 -> new Descriptor(LRU | SWAPBACKED | random.nextInt(4), random.nextInt(3), anon);
            case 4, 5, 6 -> new Descriptor(LRU | random.nextInt(16), -1 + random.nextInt(3), 0);
            case 7 -> new Descriptor(LRU | PRIVATE | random.nextInt(4), -1, 0);
            case 8 -> new Descriptor(HEAD, FACTS.slabType().getAsInt(), 1 + random.nextInt(3));
            case 9 -> new Descriptor(HEAD | LRU | SWAPBACKED, 0, anon | random.nextInt(10));
            case 10 -> new Descriptor(0, -1, 0);
            default -> new Descriptor(random.nextInt(4) << 2, random.nextInt(2) - 1, 0);
        };
    }
}
