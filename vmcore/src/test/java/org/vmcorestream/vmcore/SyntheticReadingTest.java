// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.testkit.SyntheticVmcore;

/** Whole vmcores, laid out by the testkit in every way that kernels and dump tools do it. */
class SyntheticReadingTest {
    private static final int PAGE = 4096;
    private static final String PAGES = """
            pages 3072..3584 buddy order=9
            pages 3584..3600 lru cache
            pages 3600..3604 anon lru swapbacked mapped
            pages 3604 anon lru swapbacked compound order=2
            pages 3616..3620 slab
            pages 3620 hwpoison
            pages 3622 movable
            pages 3623 ksm
            """;

    @TempDir
    Path folder;

    private SyntheticVmcore write(String... lines) throws IOException {
        return SyntheticVmcore.write(folder.resolve("test.elf"), String.join("\n", lines));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel 7.2", "paging 5", "mapping 4K", "mapping 1G", "sme_mask 0x8000000000000"})
    void shouldSayWhereKernelAddressesLie(String variant) throws IOException {
        long pageOffset = 0xffff8ce200000000L;
        write("memory 0-15M", "page_offset 0x" + Long.toHexString(pageOffset), variant);
        try (Vmcore vmcore = Vmcore.open(folder.resolve("test.elf"))) {
            long physical = 5 * PAGE + 7;
            assertThat(vmcore.physicalAddress(pageOffset + physical)).hasValue(physical);
            long symbol = Arrays.stream(new String(vmcore.vmcoreInfoText(), StandardCharsets.US_ASCII).split("\n"))
                    .filter(line -> line.startsWith("SYMBOL(init_uts_ns)="))
                    .mapToLong(line -> Long.parseUnsignedLong(line.split("=")[1], 16))
                    .findFirst()
                    .orElseThrow();
            assertThat(vmcore.physicalAddress(symbol))
                    .hasValue(symbol - 0xffffffff80000000L + vmcore.kernel().physBase());
            assertThat(vmcore.physicalAddress(0xffffc00000000000L)).isEmpty();
            assertThat(vmcore.physicalAddress(0x0123456789abcdefL)).isEmpty();
            assertThat(vmcore.physicalAddress(-1)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kernel 4.19",
                "kernel 5.10",
                "kernel 6.1",
                "kernel 6.4",
                "kernel 6.6",
                "kernel 6.9",
                "kernel 6.12",
                "kernel 6.16",
                "kernel 7.2",
                "paging 5",
                "mapping 4K",
                "mapping 1G",
                "kaslr 0x18800000\npaging 5\nkernel 7.2",
                "sme_mask 0x8000000000000",
                "sme_mask 0x800000000000\npaging 5\nmapping 4K",
                "mem_section extreme",
                "mem_section pointer",
                "mem_section static",
                "mem_section flat",
                "elf qemu",
                "elf xnum",
                "elf proc-vmcore",
                "elf unaligned",
                "page_offset 0xffff8ce200000000\nvmemmap 0xfffff59e00000000",
                "without_memmap 3648..3712",
                "elf proc-vmcore\nkaslr 0x18800000\nunset NUMBER(phys_base)",
                "unset SYMBOL(init_top_pgt)",
                "unset NUMBER(SECTION_SIZE_BITS)\nunset NUMBER(MAX_PHYSMEM_BITS)",
                "paging 5\nunset NUMBER(MAX_PHYSMEM_BITS)"
            })
    void shouldReadWhatWasLaidOut(String variant) throws IOException {
        SyntheticVmcore expected = write("memory 0-0x9fc00", "memory 1M-15M", PAGES, variant);

        try (Vmcore vmcore = Vmcore.open(expected.file())) {
            assertThat(vmcore.memory().endPfn()).isEqualTo(expected.endPfn());
            assertThat(runs(vmcore.memory().present())).isEqualTo(List.of(0L, 160L, 256L, 3840L));
            assertThat(vmcore.memory().backedRuns()).isEqualTo(vmcore.memory().present());
            assertThat(vmcore.kernel().sysname()).isEqualTo("Linux");
            assertThat(vmcore.kernel().nodename()).isEqualTo("synthetic");
            assertThat(vmcore.kernel().release()).isEqualTo(expected.info("OSRELEASE"));
            assertThat(vmcore.kernel().physBase()).isEqualTo(expected.physBase());
            assertThat(new String(vmcore.vmcoreInfoText(), StandardCharsets.UTF_8))
                    .startsWith(expected.vmcoreInfo());
            checkContents(vmcore, expected);
            checkDescriptors(vmcore, expected);
        }
    }

    /** Every page of the file, in one read for each run. */
    private static void checkContents(Vmcore vmcore, SyntheticVmcore expected) throws IOException {
        for (PfnRun run : vmcore.memory().backedRuns()) {
            ByteBuffer all = ByteBuffer.allocateDirect((int) run.pages() * PAGE);
            vmcore.pages().read(run.firstPfn(), (int) run.pages(), all);
            assertThat(all.hasRemaining()).isFalse();
            all.flip();
            byte[] page = new byte[PAGE];
            for (long pfn = run.firstPfn(); pfn < run.endPfn(); pfn++) {
                all.get(page);
                if (!Arrays.equals(page, expected.page(pfn))) {
                    assertThat(page).as("page frame " + pfn).isEqualTo(expected.page(pfn));
                }
            }
        }
    }

    /** Flags, mapcount, mapping and tail bit of every page, from the struct pages one by one; orders are asked apart. */
    private static void checkDescriptors(Vmcore vmcore, SyntheticVmcore expected) throws IOException {
        List<Descriptor> found = describe(vmcore);
        assertThat(found).hasSize((int) expected.endPfn());
        int flags = offset(expected, "page.flags");
        int mapcount = offset(expected, "page._mapcount");
        int mapping = offset(expected, "page.mapping");
        boolean old = expected.info("OFFSET(page.compound_head)") != null;
        int compound = offset(expected, old ? "page.compound_head" : "page.compound_info");
        int orders = 0xffff | Descriptor.HUGETLB;
        for (int pfn = 0; pfn < found.size(); pfn++) {
            byte[] bytes = expected.contents().structPage(pfn);
            Descriptor wanted;
            if (!expected.contents().hasMemory(pfn)) {
                wanted = new Descriptor(0, 0, Descriptor.HOLE);
            } else if (bytes.length == 0) {
                wanted = new Descriptor(0, 0, Descriptor.NO_STRUCT_PAGE);
            } else {
                ByteBuffer struct = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                int tail = (struct.getInt(compound) & 1) * Descriptor.TAIL;
                int low = (struct.getInt(mapping) & 3) << Descriptor.MAPPING_SHIFT;
                int looked = found.get(pfn).shape() & orders;
                wanted = new Descriptor(struct.getInt(flags), struct.getInt(mapcount), tail | low | looked);
            }
            if (!found.get(pfn).equals(wanted)) {
                assertThat(found.get(pfn)).as("page frame " + pfn).isEqualTo(wanted);
            }
        }
        assertThat(found.get(3072).buddyOrder()).isEqualTo(9);
        assertThat(found.get(3073).buddyOrder()).isZero();
        assertThat(found.get(3604).compoundOrder()).isEqualTo(2);
        assertThat(found.get(3604).has(Descriptor.ANON)).isTrue();
        assertThat(found.get(3605).has(Descriptor.TAIL)).isTrue();
        assertThat(found.get(3605).compoundOrder()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.19", "5.10", "6.1", "6.4", "6.6", "6.9", "6.12", "6.16", "7.2"})
    void shouldTellHugetlbAndItsOrderOnEveryKernel(String kernel) throws IOException {
        SyntheticVmcore file =
                write("kernel " + kernel, "memory 0-24M", "pages 4096 hugetlb order=9", "pages 4608 compound order=9");

        List<Descriptor> found = describe(file);

        assertThat(found.get(4096).has(Descriptor.HUGETLB)).isTrue();
        assertThat(found.get(4096).compoundOrder()).isEqualTo(9);
        assertThat(found.get(4608).has(Descriptor.HUGETLB)).isFalse();
        assertThat(found.get(4608).compoundOrder()).isEqualTo(9);
        assertThat(found.subList(4097, 4608)).allMatch(d -> d.has(Descriptor.TAIL) && !d.has(Descriptor.HUGETLB));
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.1", "6.4", "6.6", "6.12", "7.2"})
    void shouldNotBelieveCompoundOrdersThatAreNotAligned(String kernel) throws IOException {
        SyntheticVmcore file = write(
                "kernel " + kernel,
                "memory 0-24M",
                "pages 4098 compound order=1",
                "page 4099 raw order=2",
                "page 4098 raw tailflags=2",
                "pages 4104 compound order=1",
                "page 4105 raw order=30",
                "page 4104 raw tailflags=63",
                "pages 4112 compound order=1",
                "page 4113 raw order=4",
                "page 4112 raw tailflags=4");

        List<Descriptor> found = describe(file);

        assertThat(found.get(4098).compoundOrder()).isZero();
        assertThat(found.get(4104).compoundOrder()).isZero();
        assertThat(found.get(4112).compoundOrder()).isEqualTo(4);
    }

    @Test
    void shouldSayBuddyOrdersThatCannotBeAs255() throws IOException {
        SyntheticVmcore file = write(
                "memory 0-24M",
                "pages 4096..4099 buddy order=0",
                "page 4096 raw private=254",
                "page 4097 raw private=256",
                "page 4098 raw private=0xffffffffffffffff");

        List<Descriptor> found = describe(file);

        assertThat(found.subList(4096, 4099)).extracting(Descriptor::buddyOrder).containsExactly(254, 255, 255);
    }

    @Test
    void shouldDescribeMemoryWithoutDataAndPagesThatBeginOutsideOfTheFile() throws IOException {
        // The last segment begins and ends within a page, and of the one before only a part is in the file.
        SyntheticVmcore file = write(
                "memory 0-16M",
                "memory 16M-0x1200800",
                "memory 0x1400c00-0x1500800",
                "file 0-16M",
                "file 16M-0x1100400",
                "file 0x1400c00-0x1500800");

        try (Vmcore vmcore = Vmcore.open(file.file())) {
            assertThat(runs(vmcore.memory().present())).isEqualTo(List.of(0L, 4609L, 5120L, 5377L));
            assertThat(runs(vmcore.memory().backedRuns())).isEqualTo(List.of(0L, 4353L, 5120L, 5377L));
            List<Descriptor> found = describe(vmcore);
            assertThat(found.subList(4353, 4609)).containsOnly(new Descriptor(0, 0, Descriptor.NO_DATA));
            assertThat(found.subList(4609, 5120)).containsOnly(new Descriptor(0, 0, Descriptor.HOLE));
            assertThat(found.get(5120)).isEqualTo(new Descriptor(0, 0, Descriptor.NO_STRUCT_PAGE));
            assertThat(found.get(4352).shape()).isZero();
            assertThat(found.get(5376).shape()).isZero();
            checkContents(vmcore, file);
        }
    }

    @Test
    void shouldRefuseToReadPagesThatAreNotInTheFile() throws IOException {
        SyntheticVmcore file =
                write("memory 0-16M", "memory 16M-20M", "memory 32M-33M", "file 0-16M", "file 16M-17M", "file 32M-33M");

        try (Vmcore vmcore = Vmcore.open(file.file())) {
            ByteBuffer into = ByteBuffer.allocateDirect(4 * PAGE);
            for (long pfn : new long[] {4350, 4352, 5000, 8190, 8448, 1L << 40}) {
                assertThatThrownBy(() -> vmcore.pages().read(pfn, 3, into))
                        .as("page frame " + pfn)
                        .isInstanceOf(VmcoreException.class)
                        .hasMessageContaining("page frames " + pfn + " to " + (pfn + 2));
            }
            assertThatThrownBy(() -> vmcore.pages().read(0, 0, into)).isInstanceOf(IllegalArgumentException.class);
            assertThat(into.position()).isZero();
        }
    }

    @Test
    void shouldKeepPagesWhoseStructPagesAreNotInTheFile() throws IOException {
        // A second section whose memory map is beyond what the file holds.
        SyntheticVmcore whole = write("memory 0-16M", "mapping 4K", "pages 1024..2048 buddy order=10");
        long structPage = whole.vmemmap() + 1024 * 64;
        try (Vmcore vmcore = Vmcore.open(whole.file())) {
            // Unmap one page of the memory map: 64 struct pages.
            assertThat(vmcore.memory().endPfn()).isEqualTo(4096);
        }
        SyntheticPatches.unmap(whole, structPage);

        try (Vmcore vmcore = Vmcore.open(whole.file())) {
            ChunkDescriber describer = vmcore.describer();
            List<Descriptor> found = describe(describer, vmcore.memory().endPfn());
            assertThat(found.subList(1024, 1088)).containsOnly(new Descriptor(0, 0, Descriptor.NO_STRUCT_PAGE));
            assertThat(found.get(1088).has(Descriptor.NO_STRUCT_PAGE)).isFalse();
            assertThat(found.get(1023).has(Descriptor.NO_STRUCT_PAGE)).isFalse();
            assertThat(describer.unreadable()).isEqualTo(64);
        }
    }

    @Test
    void shouldDescribeSeveralChunksWithSectionsMissingInBetween() throws IOException {
        SyntheticVmcore file = write("memory 0-16M", "memory 384M-392M", "pages 100000 buddy order=5");

        try (Vmcore vmcore = Vmcore.open(file.file())) {
            List<Descriptor> found = describe(vmcore);
            assertThat(found).hasSize(100352);
            assertThat(found.subList(4096, 98304)).containsOnly(new Descriptor(0, 0, Descriptor.HOLE));
            assertThat(found.get(100000).buddyOrder()).isEqualTo(5);
            assertThatThrownBy(() -> vmcore.describer().describe(4, new ChunkDescriptors()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> vmcore.describer().describe(-1, new ChunkDescriptors()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldEndWhereTheLastMemoryMapEnds() throws IOException {
        // Firmware below 4 GiB is dumped too, but the kernel has no struct pages for it: makedumpfile leaves it out.
        SyntheticVmcore file = write("memory 0-16M", "memory 0xfffc0000-4G", "without_memmap 0xf8000..0x100000");

        try (Vmcore vmcore = Vmcore.open(file.file())) {
            assertThat(vmcore.memory().endPfn()).isEqualTo(32768);
            assertThat(runs(vmcore.memory().present())).isEqualTo(List.of(0L, 4096L));
            assertThat(runs(vmcore.memory().backedRuns())).isEqualTo(List.of(0L, 4096L));
        }
    }

    @Test
    void shouldTakeTheIdentityFromVmcoreInfoWhereMemoryDoesNotSay() throws IOException {
        SyntheticVmcore file = write("memory 0-16M", "unset SYMBOL(init_uts_ns)", "cpus 3", "set BUILD-ID=00FFaa");

        try (Vmcore vmcore = Vmcore.open(file.file())) {
            assertThat(vmcore.kernel())
                    .isEqualTo(new KernelIdentity(
                            "Linux", "", file.info("OSRELEASE"), "", "x86_64", "", "00ffaa", 3, file.physBase()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set SYMBOL(init_uts_ns)=ffffffff90000000",
                "set SYMBOL(init_uts_ns)=0",
                "set SYMBOL(init_uts_ns)=nonsense",
                "set SYMBOL(init_uts_ns)=fffffffffffffff0",
                "set OFFSET(uts_namespace.name)=7"
            })
    void shouldNotFailWhereTheIdentityIsNowhere(String lie) throws IOException {
        SyntheticVmcore file = write("memory 0-16M", lie, "set OSRELEASE=1.2.3", "set BUILD-ID=not-hex");

        try (Vmcore vmcore = Vmcore.open(file.file())) {
            assertThat(vmcore.kernel().release()).isEqualTo("1.2.3");
            assertThat(vmcore.kernel().nodename()).isEmpty();
            assertThat(vmcore.kernel().buildId()).isEmpty();
            assertThat(vmcore.kernel().cpus()).isEqualTo(1);
        }
    }

    private static List<Descriptor> describe(SyntheticVmcore file) throws IOException {
        try (Vmcore vmcore = Vmcore.open(file.file())) {
            return describe(vmcore);
        }
    }

    private static List<Descriptor> describe(Vmcore vmcore) throws IOException {
        return describe(vmcore.describer(), vmcore.memory().endPfn());
    }

    private static List<Descriptor> describe(ChunkDescriber describer, long endPfn) throws IOException {
        List<Descriptor> all = new ArrayList<>();
        ChunkDescriptors chunk = new ChunkDescriptors();
        for (long i = 0; i <= Chunk.of(endPfn - 1); i++) {
            describer.describe(i, chunk);
            assertThat(chunk.firstPfn()).isEqualTo(Chunk.firstPfn(i));
            for (int run = 0; run < chunk.runs(); run++) {
                for (int page = 0; page < chunk.runLength(run); page++) {
                    all.add(chunk.descriptor(chunk.runEntry(run)));
                }
            }
        }
        return all;
    }

    private static List<Long> runs(List<PfnRun> runs) {
        return runs.stream()
                .flatMap(run -> List.of(run.firstPfn(), run.endPfn()).stream())
                .toList();
    }

    private static int offset(SyntheticVmcore file, String member) {
        return Integer.parseInt(file.info("OFFSET(" + member + ")"));
    }
}
