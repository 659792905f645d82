// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads what was written with nothing but VMCOREINFO, the way a dump tool does. */
class SyntheticVmcoreTest {
    @TempDir
    Path directory;

    private ReadBack write(String... lines) throws Exception {
        return new ReadBack(SyntheticVmcore.write(directory.resolve("v.elf"), String.join("\n", lines)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "paging 4 | mapping 2M | sme_mask 0 | mem_section extreme",
                "paging 4 | mapping 4K | kaslr 0x18800000 | mem_section pointer",
                "paging 4 | mapping 1G | phys_base 0x200000 | mem_section extreme",
                "paging 4 | mapping 2M | sme_mask 0x800000000000 | mem_section static",
                "paging 4 | mapping 2M | kaslr 0x200000 | mem_section flat",
                "paging 5 | mapping 2M | kaslr 0x26400000 | mem_section extreme",
                "paging 5 | mapping 4K | sme_mask 0x8000000000000 | mem_section static",
                "paging 5 | mapping 4K | page_offset 0xff3d2a2600000000 | vmemmap 0xffe9800000000000"
            })
    void shouldLeadFromVmcoreInfoToEveryStructPage(String a, String b, String c, String d) throws Exception {
        ReadBack vmcore = write("kernel 6.6", "memory 0-32M", a, b, c, d, "page 0x1234 raw private=0x1122334455667788");

        assertThat(vmcore.string(vmcore.symbol("init_uts_ns"))).isEqualTo("Linux");
        assertThat(vmcore.string(vmcore.symbol("init_uts_ns") + 130)).isEqualTo("6.6.0-synthetic");
        assertThat(vmcore.structPageLong(0x1234, 40)).isEqualTo(0x1122334455667788L);
        assertThat(vmcore.structPageLong(0x1235, 40)).isZero();
        // The last page frame of the section is there too, although its memory is not.
        assertThat(vmcore.structPageLong(0x7fff, 48)).isEqualTo(0x1ffffffffL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "qemu", "xnum", "proc-vmcore", "unaligned"})
    void shouldHoldEachPageWhereTheSegmentsSay(String layout) throws Exception {
        ReadBack vmcore = write(
                "elf " + layout,
                "memory 16M-24M",
                "memory 0x1000-0x9fc00",
                "memory 0x100000-16M",
                "cpus 3",
                "fill 0x200 zero",
                "fill 0x201 random seed=3",
                "fill 0x202 byte value=0xa5",
                "fill 0x203 lastbyte");
        SyntheticVmcore made = vmcore.made;

        for (ByteRange range : made.memory()) {
            for (long pfn = range.start() >> 12; pfn << 12 < range.end(); pfn++) {
                byte[] expected = made.page(pfn);
                int length = (int) Math.min(4096, range.end() - (pfn << 12));
                byte[] found = new byte[4096];
                vmcore.elf.bytes.get(vmcore.elf.at(pfn << 12), found, 0, length);
                assertThat(found).as("page frame %x", pfn).isEqualTo(expected);
            }
        }
        assertThat(vmcore.elf.note("VMCOREINFO"))
                .isEqualTo(made.vmcoreInfo())
                .startsWith("OSRELEASE=6.12.0-synthetic\n");
        assertThat(vmcore.elf.notes("CORE")).isEqualTo(3);
        assertThat(new String(made.page(0x204), 0, 16, "US-ASCII")).isEqualTo("pfn 000000000204");
        assertThat(made.page(0x200)).containsOnly(0);
        assertThat(made.page(0x202)).containsOnly(0xa5);
        assertThat(made.page(0x203)).endsWith(0, 1).startsWith(0, 0);
    }

    @Test
    void shouldHeadTheFileAsQemuDoes() throws Exception {
        ElfBytes elf = write("elf qemu", "memory 0-16M").elf;

        assertThat(elf.bytes.getLong(32)).as("e_phoff").isEqualTo(192);
        assertThat(elf.bytes.getLong(40)).as("e_shoff").isEqualTo(64);
        assertThat(elf.segments.get(1).offset() % 4096).isNotZero();
    }

    @Test
    void shouldCountProgramHeadersInASection() throws Exception {
        ElfBytes elf = write("elf xnum", "memory 0-16M", "memory 1G-1028M").elf;

        assertThat(elf.bytes.getShort(56) & 0xffff).isEqualTo(0xffff);
        assertThat(elf.segments).hasSize(3);
    }

    @Test
    void shouldLeaveOutWhatIsNotInTheFile() throws Exception {
        ReadBack vmcore = write("memory 0-16M", "memory 32M-48M", "file 0-12M");

        assertThat(vmcore.elf.segments.get(1).fileSize()).isEqualTo(12 << 20);
        assertThat(vmcore.elf.segments.get(1).memorySize()).isEqualTo(16 << 20);
        assertThat(vmcore.elf.segments.get(2).fileSize()).isZero();
        assertThat(vmcore.made.contents().hasMemory(0xc00)).isTrue();
        assertThat(vmcore.made.contents().hasData(0xbff)).isTrue();
        assertThat(vmcore.made.contents().hasData(0xc00)).isFalse();
        assertThat(vmcore.made.structurePfns()).allMatch(pfn -> pfn < 0xc00);
        assertThat(vmcore.made.endPfn()).isEqualTo(0x3000);
    }

    @Test
    void shouldLeaveOutStructPages() throws Exception {
        ReadBack vmcore = write(
                "memory 0-16M", "memory 128M-144M", "without_memmap 0x8000..0x10000", "without_memmap 0x800..0x840");

        assertThat(vmcore.made.contents().structPage(0x7ff)).hasSize(64);
        assertThat(vmcore.made.contents().structPage(0x800)).isEmpty();
        assertThat(vmcore.made.contents().structPage(0x8000)).isEmpty();
        assertThat(vmcore.mapped(vmcore.structPage(0x83f))).isFalse();
        assertThat(vmcore.mapped(vmcore.structPage(0x840))).isTrue();
        assertThat(vmcore.sectionPresent(0)).isTrue();
        assertThat(vmcore.sectionPresent(1)).isFalse();
    }

    @Test
    void shouldPutStructuresOnlyWhereNothingIsDescribed() throws Exception {
        SyntheticVmcore made = write("memory 0-16M", "pages 0x100 buddy order=8", "fill 0x200..0x210 zero").made;

        assertThat(made.structurePfns()).noneMatch(pfn -> pfn < 0x100 || pfn < 0x210 && pfn >= 0x200);
        assertThat(made.structurePfns()).noneMatch(pfn -> pfn >= 0x100 && pfn < 0x200);
        assertThat(made.structures()).containsKeys("kernel image", "mem_section", "memory map", "page tables");
    }

    @Test
    void shouldLetVmcoreInfoLie() throws Exception {
        SyntheticVmcore made = write("memory 0-16M", "set NUMBER(PG_lru)=99", "set NEW=1=2", "unset PAGESIZE").made;

        assertThat(made.info("NUMBER(PG_lru)")).isEqualTo("99");
        assertThat(made.info("NEW")).isEqualTo("1=2");
        assertThat(made.info("PAGESIZE")).isNull();
    }

    @Test
    void shouldMakeTheSameFileTwice() throws Exception {
        String text = "memory 0-16M\nfill 0x800..0x900 random seed=5\npanic \"again\"\npages 0x900 unaccepted";
        Path first = SyntheticVmcore.write(directory.resolve("a"), text).file();
        Path second = SyntheticVmcore.write(directory.resolve("b"), text).file();

        assertThat(Files.mismatch(first, second)).isEqualTo(-1);
    }

    @Test
    void shouldWriteTheLogWhereVmcoreInfoSays() throws Exception {
        ReadBack vmcore =
                write("memory 0-16M", "log \"[1.5] hello\\n\\x01\"", "log caller=C2 state=reserved \"[2.5] two\"");

        long ring = vmcore.getLong(vmcore.symbol("prb"));
        long count = 1L << (int) vmcore.getLong(ring);
        long head = vmcore.getLong(ring + 24);
        long desc = vmcore.getLong(ring + 8) + head % count * 24;
        long info = vmcore.getLong(ring + 16) + head % count * 88;
        assertThat(vmcore.getLong(desc) >>> 62).as("reserved").isZero();
        assertThat(vmcore.getLong(info)).as("seq").isEqualTo(1);
        assertThat(vmcore.getLong(info + 8)).as("ts_nsec").isEqualTo(2_500_000_000L);
        assertThat(vmcore.getLong(info + 16)).as("text_len, caller_id").isEqualTo(0x80000002_00000003L);
        // The first record's id is -2^bits, its descriptor therefore number 0.
        assertThat(vmcore.getLong(vmcore.getLong(ring + 8)) >>> 62)
                .as("finalized")
                .isEqualTo(2);
        long begin = vmcore.getLong(vmcore.getLong(ring + 8) + 8);
        assertThat(vmcore.string(vmcore.getLong(ring + 56) + (begin & 1023) + 8))
                .isEqualTo("hello\n\u0001");
    }

    @Test
    void shouldPokeAtStructures() throws Exception {
        ReadBack vmcore = write("memory 0-16M", "poke prb u64 0x1122334455667788", "poke prb+2 u16 0xffff");

        assertThat(vmcore.getLong(vmcore.symbol("prb"))).isEqualTo(0x11223344ffff7788L);
    }
}
