// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.vmcore.elf.Segment;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.machine.X8664;
import org.vmcorestream.vmcore.memory.FrameRuns;
import org.vmcorestream.vmcore.memory.Frames;
import org.vmcorestream.vmcore.memory.MemoryExtents;
import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.memory.SegmentMemory;
import org.vmcorestream.vmcore.page.PageLayout.Hugetlb;
import org.vmcorestream.vmcore.paging.KernelMemory;
import org.vmcorestream.vmcore.paging.PageTables;

/**
 * Sections smaller than a chunk, with memory maps in different places: 4 MiB of memory, of which one large page maps all
 * at the bottom of the kernel's half of the address space. Sections have 256 page frames here.
 */
class StructPageDescriberTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 1024;
    private static final long BASE = 0xffff_8000_0000_0000L;
    private static final int STRUCT = 64;
    private static final int SECTION_SHIFT = 8;

    @TempDir
    Path folder;

    private static final PageLayout LAYOUT =
            new PageLayout(STRUCT, 0, 48, 24, 40, 8, 0, Hugetlb.UNKNOWN, PageLayout.NONE, 0);

    private static final PageFacts FACTS = new PageFacts(
            12,
            11,
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            1 << 6,
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty());

    private static ByteBuffer machine() {
        ByteBuffer memory = ByteBuffer.allocate(PAGES * PAGE).order(ByteOrder.LITTLE_ENDIAN);
        memory.putLong(PAGE + 256 * 8, 2 * PAGE | 1);
        memory.putLong(2 * PAGE, 1 | 1 << 7);
        return memory;
    }

    /** Puts the memory map of a section at a physical address; the flags of each page name its page frame. */
    private static long map(ByteBuffer memory, int section, int phys) {
        for (int i = 0; i < 1 << SECTION_SHIFT; i++) {
            memory.putLong(phys + i * STRUCT, (long) ((section << SECTION_SHIFT) + i) << 8);
        }
        return BASE + phys - ((long) section << SECTION_SHIFT) * STRUCT;
    }

    private ChunkDescriptors describe(ByteBuffer memory, long fileSize, long[] sections, long... maps)
            throws IOException {
        Path path = Files.write(folder.resolve("memory"), memory.array());
        try (DumpFile file = DumpFile.open(path, DumpFile.ReadObserver.NONE)) {
            List<Segment> loads = List.of(new Segment(0, Segment.PT_LOAD, 0, 0, 0, fileSize, PAGES * PAGE));
            PhysicalMemory physical = new SegmentMemory(file, MemoryExtents.of(loads));
            KernelMemory kernel = new KernelMemory(physical, new PageTables(physical, PAGE, X8664.entries(4, 0)));
            StructPageDescriber describer = new StructPageDescriber(
                    Frames.of(FrameRuns.of(loads, 12)),
                    new SparseMemory(SECTION_SHIFT, STRUCT, sections, maps),
                    kernel,
                    LAYOUT,
                    FACTS,
                    () -> {
                        throw new AssertionError("nobody asked for the memory map");
                    });
            ChunkDescriptors chunk = new ChunkDescriptors();
            describer.describe(0, chunk);
            describer.describe(0, chunk);
            return chunk;
        }
    }

    private static Descriptor at(ChunkDescriptors chunk, int pfn) {
        int end = 0;
        for (int run = 0; run < chunk.runs(); run++) {
            end += chunk.runLength(run);
            if (pfn < end) {
                return chunk.descriptor(chunk.runEntry(run));
            }
        }
        throw new AssertionError("page frame " + pfn + " is not described");
    }

    @Test
    void shouldFindStructPagesOfEachSectionInItsOwnPlace() throws IOException {
        ByteBuffer memory = machine();
        long first = map(memory, 0, 40 * PAGE + 64);
        long third = map(memory, 2, 10 * PAGE);

        ChunkDescriptors chunk = describe(memory, PAGES * PAGE, new long[] {0, 2}, first, third);

        assertThat(chunk.pages()).isEqualTo(PAGES);
        for (int pfn = 0; pfn < PAGES; pfn++) {
            boolean mapped = (pfn >> SECTION_SHIFT & 1) == 0;
            assertThat(at(chunk, pfn))
                    .isEqualTo(new Descriptor(mapped ? pfn << 8 : 0, 0, mapped ? 0 : Descriptor.NO_STRUCT_PAGE));
        }
    }

    @Test
    void shouldReadTheTailOfAHeadAtTheEndOfTheData() throws IOException {
        ByteBuffer memory = machine();
        long first = map(memory, 0, 40 * PAGE);
        long second = map(memory, 1, 50 * PAGE);
        int head = 50 * PAGE + (300 - 256) * STRUCT;
        memory.putLong(head, 1 << 6).putLong(head + STRUCT, 2);

        // The file ends behind page frame 300: its tail pages have no data, but their struct pages tell the order.
        ChunkDescriptors chunk = describe(memory, 301 * PAGE, new long[] {0, 1}, first, second);

        assertThat(at(chunk, 300)).isEqualTo(new Descriptor(1 << 6, 0, 2));
        assertThat(at(chunk, 301)).isEqualTo(new Descriptor(0, 0, Descriptor.NO_DATA));
        assertThat(at(chunk, 1023)).isEqualTo(new Descriptor(0, 0, Descriptor.NO_DATA));
    }

    @Test
    void shouldTakeUpAgainBehindStructPagesThatCannotBeRead() throws IOException {
        // The memory map begins one page below what is mapped: its first 64 struct pages cannot be read.
        long map = BASE - PAGE - 256L * STRUCT;

        ByteBuffer memory = machine();
        ChunkDescriptors chunk = describe(memory, PAGES * PAGE, new long[] {1}, map);

        assertThat(at(chunk, 256)).isEqualTo(new Descriptor(0, 0, Descriptor.NO_STRUCT_PAGE));
        assertThat(at(chunk, 319)).isEqualTo(new Descriptor(0, 0, Descriptor.NO_STRUCT_PAGE));
        assertThat(at(chunk, 320).has(Descriptor.NO_STRUCT_PAGE)).isFalse();
        assertThat(at(chunk, 511).has(Descriptor.NO_STRUCT_PAGE)).isFalse();
    }
}
