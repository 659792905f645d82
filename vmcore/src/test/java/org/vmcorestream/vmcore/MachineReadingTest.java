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
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.testkit.KdumpStyle;
import org.vmcorestream.testkit.MappedRange;
import org.vmcorestream.testkit.SyntheticKdump;
import org.vmcorestream.testkit.SyntheticVmcore;

/** Vmcores of aarch64 and riscv64 with every page size, address width and number of levels. */
class MachineReadingTest {
    private static final long GIB = 1L << 30;
    private static final int PAGES = 448;

    @TempDir
    Path folder;

    /** A machine whose memory begins at an address, with page states {@value #PAGES} pages behind that. */
    private SyntheticVmcore write(long start, int megabytes, String... lines) throws IOException {
        String head = String.join("\n", lines);
        int shift = head.contains("page_size 64K") ? 16 : head.contains("page_size 16K") ? 14 : 12;
        long first = (start >>> shift) + PAGES;
        String text = """
                %s
                memory 0x%x-0x%x
                pages %d..%d buddy order=5
                pages %d..%d lru cache
                pages %d anon lru swapbacked mapped compound order=2
                pages %d..%d slab
                page %d hwpoison
                fill %d..%d random seed=7
                log "booted"
                panic "of a test"
                """.formatted(
                        head,
                        start,
                        start + ((long) megabytes << 20),
                        first,
                        first + 32,
                        first + 32,
                        first + 36,
                        first + 36,
                        first + 40,
                        first + 44,
                        first + 44,
                        first + 45,
                        first + 60);
        return SyntheticVmcore.write(folder.resolve("machine.elf"), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "machine aarch64\nva_bits 39",
                "machine aarch64\nva_bits 39\nmapping 1G",
                "machine aarch64\nva_bits 48",
                "machine aarch64\nva_bits 48\nmapping 4K\nkernel 5.10",
                "machine aarch64\nva_bits 48\nkaslr 0x3a5c70000\nkernel 7.2",
                "machine aarch64\nva_bits 52",
                "machine aarch64\nva_bits 52\nmapping 1G\nkernel 7.2",
                "machine aarch64\nva_bits 52 48",
                "machine aarch64\nva_bits 52 48\nmapping 4K",
                "machine aarch64\npage_size 16K\nva_bits 36",
                "machine aarch64\npage_size 16K\nva_bits 47",
                "machine aarch64\npage_size 16K\nva_bits 48",
                "machine aarch64\npage_size 16K\nva_bits 48\nmapping 4K",
                "machine aarch64\npage_size 16K\nva_bits 52",
                "machine aarch64\npage_size 16K\nva_bits 52 47",
                "machine aarch64\npage_size 64K\nva_bits 42",
                "machine aarch64\npage_size 64K\nva_bits 48",
                "machine aarch64\npage_size 64K\nva_bits 48\nmapping 4K\nkernel 7.2",
                "machine aarch64\npage_size 64K\nva_bits 52",
                "machine aarch64\npage_size 64K\nva_bits 52 48",
                "machine aarch64\nelf qemu",
                "machine aarch64\nelf proc-vmcore",
                "machine aarch64\nmem_section pointer",
                "machine aarch64\nmem_section static\npage_size 64K",
                "machine aarch64\nunset NUMBER(TCR_EL1_T1SZ)",
                "machine aarch64\nunset NUMBER(TCR_EL1_T1SZ)\nset NUMBER(tcr_el1_t1sz)=0x10",
                "machine aarch64\nunset NUMBER(SECTION_SIZE_BITS)\nunset NUMBER(MAX_PHYSMEM_BITS)",
                "machine aarch64\npage_size 64K\nunset NUMBER(SECTION_SIZE_BITS)\nunset NUMBER(MAX_PHYSMEM_BITS)",
                "machine riscv64\nva_bits 39",
                "machine riscv64\nva_bits 39\nmapping 1G",
                "machine riscv64\nva_bits 48",
                "machine riscv64\nva_bits 48\nmapping 4K\nkernel 7.2",
                "machine riscv64\nva_bits 57",
                "machine riscv64\nva_bits 57\nmapping 4K\nkaslr 0x3400000"
            })
    void shouldReadWhatWasLaidOut(String variant) throws IOException {
        boolean large = variant.contains("64K");
        check(write(GIB, large ? 48 : 24, "fill default zero", variant));
    }

    @ParameterizedTest
    @ValueSource(strings = {"page_size 64K\nva_bits 52", "page_size 64K\nva_bits 52 48", "page_size 64K\nva_bits 48"})
    void shouldReadMemoryAtTheHighestPhysicalAddresses(String variant) throws IOException {
        // Bits 51:48 are in use, so that every table and every page lies where 48 bits do not reach.
        SyntheticVmcore made =
                write(0x9000040000000L, 48, "fill default zero", "machine aarch64", variant, "physical_bits 52");
        try (Vmcore vmcore = Vmcore.open(made.file())) {
            checkAddresses(vmcore, made);
            long last = Chunk.of(vmcore.memory().endPfn() - 1);
            ChunkDescriptors chunk = new ChunkDescriptors();
            vmcore.describer().describe(last, chunk);
            int first = (int) ((0x9000040000000L >>> made.pageShift()) + PAGES - Chunk.firstPfn(last));
            Descriptor found = expand(chunk).get(first);
            assertThat(found.buddyOrder()).isEqualTo(5);
        }
    }

    @Test
    void shouldReadAKdumpFileOfEachMachine() throws IOException {
        for (String variant : List.of(
                "machine aarch64",
                "machine aarch64\npage_size 16K",
                "machine aarch64\npage_size 64K\nva_bits 42",
                "machine riscv64\nva_bits 39")) {
            SyntheticVmcore made = write(GIB, 48, "fill default zero", variant);
            Path file = SyntheticKdump.of(made).write(folder.resolve("machine.kdump"));
            try (Vmcore elf = Vmcore.open(made.file());
                    Vmcore kdump = Vmcore.open(file)) {
                assertThat(DumpContents.of(kdump)).as(variant).isEqualTo(DumpContents.of(elf));
                assertThat(kdump.kernel().machine()).isEqualTo(made.machine());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"machine aarch64", "machine aarch64\npage_size 16K\nva_bits 47"})
    void shouldReadAKdumpFileWhoseBlocksAreLargerThanPages(String variant) throws IOException {
        SyntheticVmcore made = write(GIB, 24, "fill default zero", variant);
        Path file = SyntheticKdump.of(made)
                .style(KdumpStyle.QEMU)
                .blockSize(1 << 16)
                .write(folder.resolve("blocks.kdump"));
        try (Vmcore elf = Vmcore.open(made.file());
                Vmcore kdump = Vmcore.open(file)) {
            assertThat(DumpContents.of(kdump)).as(variant).isEqualTo(DumpContents.of(elf));
            ByteBuffer into = ByteBuffer.allocateDirect(3 << made.pageShift());
            long behind = made.endPfn() - 2;
            assertThatThrownBy(() -> kdump.pages().read(behind, 3, into))
                    .isInstanceOf(VmcoreException.class)
                    .hasMessageContaining("page frame " + (behind + 2) + " is asked for");
            assertThat(into.position()).isZero();
        }
    }

    private void check(SyntheticVmcore expected) throws IOException {
        int shift = expected.pageShift();
        try (Vmcore vmcore = Vmcore.open(expected.file())) {
            assertThat(vmcore.pageFacts().pageShift()).isEqualTo(shift);
            assertThat(vmcore.memory().endPfn()).isEqualTo(expected.endPfn());
            assertThat(vmcore.memory().present())
                    .isEqualTo(List.of(new PfnRun(GIB >>> shift, expected.endPfn())))
                    .isEqualTo(vmcore.memory().backedRuns());
            assertThat(vmcore.kernel().machine()).isEqualTo(expected.machine());
            assertThat(vmcore.kernel().nodename()).isEqualTo("synthetic");
            assertThat(vmcore.kernel().physBase()).isEqualTo(expected.physBase());
            assertThat(new String(vmcore.kernelLog().text(), StandardCharsets.UTF_8))
                    .contains("booted\n", "Kernel panic - not syncing: of a test\n");
            checkAddresses(vmcore, expected);
            checkContents(vmcore, expected);
            checkDescriptors(vmcore, expected);
            checkMemmap(vmcore, expected);
        }
    }

    /** Both ends of everything that the page tables map, and addresses that they do not. */
    private static void checkAddresses(Vmcore vmcore, SyntheticVmcore expected) throws IOException {
        assertThat(expected.mapped()).isNotEmpty();
        for (MappedRange range : expected.mapped()) {
            long last = range.length() - 1;
            assertThat(vmcore.physicalAddress(range.virtual())).as(range.what()).hasValue(range.physical());
            assertThat(vmcore.physicalAddress(range.virtual() + last))
                    .as(range.what())
                    .hasValue(range.physical() + last);
        }
        for (long virt : new long[] {0, 0x1234567, -1, 0x0123456789abcdefL, 0xff00000000000000L}) {
            assertThat(vmcore.physicalAddress(virt)).as(Long.toHexString(virt)).isEmpty();
        }
    }

    private static void checkContents(Vmcore vmcore, SyntheticVmcore expected) throws IOException {
        PfnRun run = vmcore.memory().backedRuns().get(0);
        int size = vmcore.pageFacts().pageSize();
        ByteBuffer all = ByteBuffer.allocateDirect((int) run.pages() * size);
        vmcore.pages().read(run.firstPfn(), (int) run.pages(), all);
        all.flip();
        byte[] page = new byte[size];
        for (long pfn = run.firstPfn(); pfn < run.endPfn(); pfn++) {
            all.get(page);
            if (!Arrays.equals(page, expected.page(pfn))) {
                assertThat(page).as("page frame " + pfn).isEqualTo(expected.page(pfn));
            }
        }
    }

    /** Flags and mapcount of every page from its struct page; orders of those that have one. */
    private static void checkDescriptors(Vmcore vmcore, SyntheticVmcore expected) throws IOException {
        List<Descriptor> found = DumpContents.descriptors(vmcore);
        int start = (int) (GIB >>> expected.pageShift());
        int flags = Integer.parseInt(expected.info("OFFSET(page.flags)"));
        int mapcount = Integer.parseInt(expected.info("OFFSET(page._mapcount)"));
        assertThat(found).hasSize((int) expected.endPfn());
        assertThat(found.subList(0, start)).containsOnly(new Descriptor(0, 0, Descriptor.HOLE));
        for (int pfn = start; pfn < found.size(); pfn++) {
            ByteBuffer struct =
                    ByteBuffer.wrap(expected.contents().structPage(pfn)).order(ByteOrder.LITTLE_ENDIAN);
            if (found.get(pfn).flags() != struct.getInt(flags)
                    || found.get(pfn).mapcount() != struct.getInt(mapcount)) {
                assertThat(found.get(pfn).flags()).as("page frame " + pfn).isEqualTo(struct.getInt(flags));
                assertThat(found.get(pfn).mapcount()).as("page frame " + pfn).isEqualTo(struct.getInt(mapcount));
            }
        }
        int first = start + PAGES;
        assertThat(found.get(first).buddyOrder()).isEqualTo(5);
        assertThat(found.get(first + 36).compoundOrder()).isEqualTo(2);
        assertThat(found.get(first + 36).has(Descriptor.ANON)).isTrue();
        assertThat(found.get(first + 37).has(Descriptor.TAIL)).isTrue();
        assertThat(vmcore.pageFacts().maxPageOrder())
                .isEqualTo(List.of(10, 11, 13).get(expected.pageShift() / 2 - 6));
    }

    /** Each page of the memory map is where the struct page of its first page frame is. */
    private static void checkMemmap(Vmcore vmcore, SyntheticVmcore expected) throws IOException {
        int size = vmcore.pageFacts().pageSize();
        int perPage = size / vmcore.structPageSize();
        MemmapRuns runs = new MemmapRuns();
        long start = GIB >>> expected.pageShift();
        vmcore.describer().memmap(Chunk.of(start), runs);
        List<Long> frames = new ArrayList<>();
        for (int run = 0; run < runs.runs(); run++) {
            for (int i = 0; i < runs.length(run); i++) {
                frames.add(runs.frame(run) + i);
                long pfn = Chunk.firstPfn(Chunk.of(start)) + (long) (runs.index(run) + i) * perPage;
                assertThat(vmcore.physicalAddress(expected.vmemmap() + pfn * vmcore.structPageSize()))
                        .hasValue(runs.frame(run) + i << expected.pageShift());
            }
        }
        assertThat(frames)
                .doesNotHaveDuplicates()
                .isSubsetOf(expected.structures().get("memory map"))
                .hasSameSizeAs(expected.structures().get("memory map"));
    }

    private static List<Descriptor> expand(ChunkDescriptors chunk) {
        List<Descriptor> pages = new ArrayList<>();
        for (int run = 0; run < chunk.runs(); run++) {
            for (int i = 0; i < chunk.runLength(run); i++) {
                pages.add(chunk.descriptor(chunk.runEntry(run)));
            }
        }
        return pages;
    }
}
