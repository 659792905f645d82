// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.vmcore.elf.Segment;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.machine.X8664;
import org.vmcorestream.vmcore.memory.MemoryExtents;
import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.memory.SegmentMemory;
import org.vmcorestream.vmcore.paging.PageTables;

/**
 * Memory maps of three sections, each in a large page of its own; the tables are made by hand. Page 1 of the file is the top
 * table, then come the others, one for each level.
 */
class MemmapFramesTest {
    private static final int PAGE = 4096;
    private static final int SECTION_SHIFT = 15;
    private static final int STRUCT = 64;
    private static final long VMEMMAP = 0xffffea0000000000L;
    private static final long END_PFN = 1 << 20;
    private static final PageLayout LAYOUT =
            new PageLayout(STRUCT, 0, 48, 24, 40, 8, 17, PageLayout.Hugetlb.UNKNOWN, PageLayout.NONE, 0);

    @TempDir
    Path folder;

    /** Entries of the table that maps the memory map, 2 MiB each; an address and what it maps there. */
    private String describe(long[] entries, long[] maps, int maxChunks, long maxMappings) throws IOException {
        ByteBuffer memory = ByteBuffer.allocate(4 * PAGE).order(ByteOrder.LITTLE_ENDIAN);
        memory.putLong(PAGE + (int) (VMEMMAP >>> 39 & 511) * 8, 2 * PAGE | 1);
        memory.putLong(2 * PAGE, 3 * PAGE | 1);
        for (int i = 0; i < entries.length; i++) {
            memory.putLong(3 * PAGE + i * 8, entries[i]);
        }
        Path path = Files.write(folder.resolve("memory"), memory.array());
        try (DumpFile file = DumpFile.open(path, DumpFile.ReadObserver.NONE)) {
            List<Segment> loads = List.of(new Segment(0, Segment.PT_LOAD, 0, 0, 0, 4 * PAGE, 4 * PAGE));
            PhysicalMemory physical = new SegmentMemory(file, MemoryExtents.of(loads));
            PageTables tables = new PageTables(physical, PAGE, X8664.entries(4, 0));
            SparseMemory sections = new SparseMemory(SECTION_SHIFT, STRUCT, new long[] {0, 1, 2}, maps);
            MemmapFrames.Survey survey =
                    MemmapFrames.survey(sections, tables, LAYOUT, 12, END_PFN, maxChunks, maxMappings);
            MemmapFrames frames = MemmapFrames.of(survey, sections, tables, LAYOUT, 12, END_PFN);
            StringBuilder text = new StringBuilder();
            MemmapRuns memmap = new MemmapRuns();
            for (int chunk = 2; chunk >= 0; chunk--) {
                frames.describe(chunk, memmap);
                text.append(chunk).append(':');
                for (int run = 0; run < memmap.runs(); run++) {
                    text.append(' ').append(memmap.index(run)).append('+').append(memmap.length(run));
                    text.append('@').append(memmap.frame(run));
                }
                text.append('\n');
            }
            return text.toString();
        }
    }

    private static long large(long frame) {
        return frame << 12 | 1 | 1 << 7;
    }

    private static long[] oneArray() {
        long[] maps = new long[3];
        Arrays.fill(maps, VMEMMAP);
        return maps;
    }

    private static final long[] APART = {large(512), large(65_536), large(1_024)};

    @Test
    void shouldFindEachChunkInOnePiece() throws IOException {
        assertThat(describe(APART, oneArray(), 10, 10)).isEqualTo("2: 0+512@1024\n1: 0+512@65536\n0: 0+512@512\n");
    }

    @Test
    void shouldLeaveOutLargePagesThatAreMappedTwice() throws IOException {
        long[] entries = {large(512), large(65_536), large(512)};
        assertThat(describe(entries, oneArray(), 10, 10)).isEqualTo("2:\n1: 0+512@65536\n0:\n");
    }

    @Test
    void shouldLeaveOutWhatIsNotMappedOrBeyondTheEndOfMemory() throws IOException {
        long[] entries = {0, large(65_536), large(END_PFN)};
        assertThat(describe(entries, oneArray(), 10, 10)).isEqualTo("2:\n1: 0+512@65536\n0:\n");
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "10, 2", "0, 10", "10, 0"})
    void shouldKnowNothingOfAMemoryMapBeyondTheLimits(int maxChunks, long maxMappings) throws IOException {
        assertThat(describe(APART, oneArray(), maxChunks, maxMappings)).isEqualTo("2:\n1:\n0:\n");
    }

    @Test
    void shouldNeedNoMoreThanTheLimits() throws IOException {
        assertThat(describe(APART, oneArray(), 2, 3)).contains("1: 0+512@65536");
    }

    @Test
    void shouldKnowNothingOfSectionsThatAreNotOneArrayOrNotAtAPage() throws IOException {
        assertThat(describe(APART, new long[] {VMEMMAP, VMEMMAP, VMEMMAP + PAGE}, 10, 10))
                .isEqualTo("2:\n1:\n0:\n");
        long[] odd = new long[3];
        Arrays.fill(odd, VMEMMAP + STRUCT);
        assertThat(describe(APART, odd, 10, 10)).isEqualTo("2:\n1:\n0:\n");
    }
}
