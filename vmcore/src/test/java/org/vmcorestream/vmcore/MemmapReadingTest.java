// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.testkit.SyntheticVmcore;

/** Where the struct pages of each chunk lie, in vmcores laid out by the testkit. */
class MemmapReadingTest {
    private static final int GROUP = 64;

    @TempDir
    Path folder;

    private SyntheticVmcore write(String... lines) throws IOException {
        return SyntheticVmcore.write(folder.resolve("test.elf"), String.join("\n", lines));
    }

    /** First page frame described by each page of the memory map, and the page frame it lies in. */
    private static Map<Long, Long> read(SyntheticVmcore synthetic) throws IOException {
        Map<Long, Long> frames = new TreeMap<>();
        try (Vmcore vmcore = Vmcore.open(synthetic.file())) {
            assertThat(vmcore.structPageSize()).isEqualTo(64);
            ChunkDescriber describer = vmcore.describer();
            MemmapRuns memmap = new MemmapRuns();
            for (long chunk = Chunk.of(vmcore.memory().endPfn() - 1); chunk >= 0; chunk--) {
                describer.memmap(chunk, memmap);
                for (int run = 0; run < memmap.runs(); run++) {
                    for (int i = 0; i < memmap.length(run); i++) {
                        long pfn = Chunk.firstPfn(chunk) + (long) (memmap.index(run) + i) * GROUP;
                        assertThat(frames.put(pfn, memmap.frame(run) + i)).isNull();
                    }
                }
            }
        }
        return frames;
    }

    /** Demands that each page of the memory map holds the struct pages it is said to hold, byte by byte. */
    private static void check(SyntheticVmcore expected, Map<Long, Long> frames) {
        frames.forEach((pfn, frame) -> {
            byte[] page = expected.page(frame);
            for (int i = 0; i < GROUP; i++) {
                assertThat(Arrays.copyOfRange(page, i * 64, i * 64 + 64))
                        .as("struct page of page frame %d in page frame %d", pfn + i, frame)
                        .isEqualTo(expected.contents().structPage(pfn + i));
            }
        });
    }

    private static Set<Long> groups(long first, long end) {
        return LongStream.range(first / GROUP, end / GROUP)
                .mapToObj(group -> group * GROUP)
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mapping 2M",
                "mapping 4K",
                "mapping 1G",
                "paging 5",
                "paging 5\nmapping 4K\nkaslr 0x18800000\nkernel 7.2",
                "sme_mask 0x8000000000000",
                "mem_section static",
                "mem_section flat",
                "elf unaligned",
                "page_offset 0xffff8ce200000000\nvmemmap 0xfffff59e00000000"
            })
    void shouldFindThePlaceOfEveryStructPage(String variant) throws IOException {
        SyntheticVmcore expected =
                write("memory 0-16M", "memory 256M-272M", "pages 512..2048 buddy order=9", "pages 65536 lru", variant);
        Map<Long, Long> frames = read(expected);
        Set<Long> all = groups(0, Chunk.PAGES);
        all.addAll(groups(2 * Chunk.PAGES, 3 * Chunk.PAGES));
        assertThat(frames.keySet()).isEqualTo(all);
        assertThat(frames.values()).doesNotHaveDuplicates();
        check(expected, frames);
    }

    @Test
    void shouldLeaveOutWhatIsNotMapped() throws IOException {
        SyntheticVmcore expected =
                write("memory 0-16M", "mapping 4K", "without_memmap 640..1280", "without_memmap 4096..32704");
        Map<Long, Long> frames = read(expected);
        Set<Long> all = groups(0, 640);
        all.addAll(groups(1280, 4096));
        all.addAll(groups(32_704, 32_768));
        assertThat(frames.keySet()).isEqualTo(all);
        check(expected, frames);
    }

    @Test
    void shouldLeaveOutPagesThatAreMappedTwiceWhicheverComesFirst() throws IOException {
        SyntheticVmcore expected = write(
                "memory 0-256M",
                "shared_memmap 1024..2048",
                "shared_memmap 8192..8320",
                "shared_memmap 32640..32896",
                "pages 2048 lru");
        Map<Long, Long> frames = read(expected);
        Set<Long> all = groups(0, 2 * Chunk.PAGES);
        all.removeAll(groups(1024, 2048));
        all.removeAll(groups(8192, 8320));
        all.removeAll(groups(32_640, 32_896));
        assertThat(frames.keySet()).isEqualTo(all);
        assertThat(frames.values()).doesNotHaveDuplicates();
        check(expected, frames);
    }

    @Test
    void shouldLeaveOutPageFramesBeyondTheEndOfMemory() throws IOException {
        SyntheticVmcore whole = write("memory 0-16M", "mapping 4K");
        Map<Long, Long> frames = read(whole);
        long entry = pageTableEntry(whole, whole.vmemmap() + 3 * 4096);
        SyntheticVmcore expected =
                write("memory 0-16M", "mapping 4K", "poke phys+" + entry + " u64 0x8000000001000163");
        frames.remove(3L * GROUP);
        assertThat(read(expected)).isEqualTo(frames);
    }

    @Test
    void shouldKnowNothingOfSectionsThatAreNotOneArray() throws IOException {
        SyntheticVmcore whole = write("memory 0-16M", "memory 128M-144M", "mem_section flat");
        assertThat(read(whole)).isNotEmpty();
        long second = whole.vmemmap() + 0x10000L * 4096 | 0xf;
        SyntheticVmcore apart = write(
                "memory 0-16M",
                "memory 128M-144M",
                "mem_section flat",
                "poke mem_section+32 u64 0x" + Long.toHexString(second));
        assertThat(read(apart)).isEmpty();
    }

    @Test
    void shouldRefuseAChunkThatIsNotThere() throws IOException {
        try (Vmcore vmcore = Vmcore.open(write("memory 0-16M").file())) {
            ChunkDescriber describer = vmcore.describer();
            assertThatThrownBy(() -> describer.memmap(1, new MemmapRuns()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("chunk 1 of a vmcore that ends at page frame 4096");
        }
    }

    /** Physical address of the last page table entry of a virtual address, found from the top on. */
    private static long pageTableEntry(SyntheticVmcore vmcore, long virtual) {
        long table = vmcore.symbols().get("init_top_pgt") - 0xffffffff80000000L + vmcore.physBase();
        for (int shift = 39; shift > 12; shift -= 9) {
            table = word(vmcore, table + (virtual >>> shift & 511) * 8) & 0x000ffffffffff000L;
        }
        return table + (virtual >>> 12 & 511) * 8;
    }

    private static long word(SyntheticVmcore vmcore, long physical) {
        byte[] page = vmcore.page(physical >>> 12);
        long value = 0;
        for (int i = 7; i >= 0; i--) {
            value = value << 8 | page[(int) (physical & 4095) + i] & 0xff;
        }
        return value;
    }
}
