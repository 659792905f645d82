// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.vmcore.page.PageLayout.Hugetlb;

/** Random struct pages in random layouts, against the descriptor of each page worked out by itself. */
class StructPageDecoderTest {
    private static final int HEAD = 1 << 6;
    private static final int BUDDY = 0xf0000000;
    private static final int HUGETLB_TYPE = 0xf4000000;
    private static final int PAGES = 2048;

    private static PageFacts facts(boolean buddy) {
        return new PageFacts(
                12,
                11,
                OptionalInt.of(5),
                OptionalInt.of(14),
                OptionalInt.of(10),
                OptionalInt.of(17),
                OptionalInt.empty(),
                OptionalInt.of(20),
                HEAD,
                buddy ? OptionalInt.of(BUDDY) : OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.of(HUGETLB_TYPE),
                OptionalInt.empty());
    }

    private static PageLayout layout(Random random) {
        int size = 56 + 8 * random.nextInt(4);
        boolean compounds = random.nextInt(5) > 0;
        Hugetlb hugetlb = Hugetlb.values()[random.nextInt(4)];
        int order = random.nextInt(6) == 0 ? PageLayout.NONE : random.nextInt(3) == 0 ? 17 : 0;
        int value = switch (hugetlb) {
            case UNKNOWN -> 0;
            case PAGE_TYPE -> HUGETLB_TYPE;
            case TAIL_FLAG -> 1 << 8;
            case DESTRUCTOR -> 2;
        };
        return new PageLayout(size, 0, 48, 24, 40, compounds ? 8 : PageLayout.NONE, order, hugetlb, 16, value);
    }

    private static ByteBuffer structPages(Random random, int size) {
        ByteBuffer pages = ByteBuffer.allocateDirect((PAGES + 1) * size).order(ByteOrder.LITTLE_ENDIAN);
        long[] flags = {0, 0x5, HEAD, HEAD | 1, 0x120, 0xff, 0x0017_ffff_c000_0000L, 9};
        int[] mapcounts = {-1, -1, 0, BUDDY, HUGETLB_TYPE, BUDDY + 1};
        long[] compounds = {0, 0, 0xffffea0000000001L, 0xffffea0000000000L};
        long[] mappings = {0, 0xffff888000000000L, 0xffff888000000001L, 2, 3};
        long[] privates = {0, 3, 254, 255, 256, -1, 0x1_0000_0001L};
        for (int page = 0; page <= PAGES; page++) {
            int at = page * size;
            if (page > 0 && random.nextInt(3) > 0) {
                pages.put(at, pages, at - size, size);
                continue;
            }
            pages.putLong(at, flags[random.nextInt(flags.length)]);
            pages.putLong(at + 8, compounds[random.nextInt(compounds.length)]);
            pages.putLong(at + 16, random.nextInt(4) << 8 | random.nextInt(4));
            pages.putLong(at + 24, mappings[random.nextInt(mappings.length)]);
            pages.putLong(at + 40, privates[random.nextInt(privates.length)]);
            pages.putInt(at + 48, mapcounts[random.nextInt(mapcounts.length)]);
        }
        return pages;
    }

    private static Descriptor expected(
            ByteBuffer pages, PageLayout layout, boolean buddy, long pfn, int page, int available) {
        int at = page * layout.size();
        int flags = pages.getInt(at);
        int mapcount = pages.getInt(at + 48);
        int shape = (pages.getInt(at + 24) & 3) << Descriptor.MAPPING_SHIFT;
        boolean tail = layout.compound() != PageLayout.NONE && (pages.getInt(at + 8) & 1) != 0;
        if (tail) {
            shape |= Descriptor.TAIL;
        }
        if (buddy && mapcount == BUDDY) {
            long order = pages.getLong(at + 40);
            shape |= (Long.compareUnsigned(order, 255) > 0 ? 255 : (int) order) << Descriptor.BUDDY_ORDER_SHIFT;
        }
        if (!tail && (flags & HEAD) != 0 && page + 1 < available && (pfn & 511) != 511) {
            int next = at + layout.size();
            int order = layout.order() == PageLayout.NONE ? 0 : pages.get(next + layout.order()) & 0xff;
            shape |= order < 64 && pfn % Math.pow(2, order) == 0 ? order : 0;
            boolean huge = switch (layout.hugetlb()) {
                case UNKNOWN -> false;
                case PAGE_TYPE -> mapcount == HUGETLB_TYPE;
                case TAIL_FLAG -> (pages.getInt(next) & 0x100) != 0;
                case DESTRUCTOR -> pages.get(next + 16) == 2;
            };
            shape |= huge ? Descriptor.HUGETLB : 0;
        }
        return new Descriptor(flags, mapcount, shape);
    }

    @RepeatedTest(100)
    void shouldDescribeEveryPageAsIfItWereAlone(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        PageLayout layout = layout(random);
        boolean buddy = random.nextInt(4) > 0;
        ByteBuffer pages = structPages(random, layout.size());
        long firstPfn = random.nextInt(1 << 20) & -(1L << random.nextInt(12));
        int available = PAGES + random.nextInt(2);
        ChunkDescriptors chunk = new ChunkDescriptors();
        chunk.begin(firstPfn);

        new StructPageDecoder(layout, facts(buddy)).decode(pages, PAGES, available, firstPfn, chunk);

        List<Descriptor> found = new ArrayList<>();
        for (int run = 0; run < chunk.runs(); run++) {
            for (int i = 0; i < chunk.runLength(run); i++) {
                found.add(chunk.descriptor(chunk.runEntry(run)));
            }
        }
        List<Descriptor> expected = new ArrayList<>();
        for (int page = 0; page < PAGES; page++) {
            expected.add(expected(pages, layout, buddy, firstPfn + page, page, available));
        }
        assertThat(found).as("seed " + seed).isEqualTo(expected);
        assertThat(found).as("seed " + seed).allMatch(d -> (d.shape() & ~Descriptor.SHAPE_MASK) == 0);
    }

    @Test
    void shouldDescribeNothingOfNoPages() {
        ChunkDescriptors chunk = new ChunkDescriptors();
        chunk.begin(0);

        new StructPageDecoder(layout(new Random(1)), facts(true)).decode(ByteBuffer.allocate(0), 0, 0, 0, chunk);

        assertThat(chunk.pages()).isZero();
    }
}
