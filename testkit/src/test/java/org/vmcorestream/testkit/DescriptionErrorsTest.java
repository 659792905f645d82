// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescriptionErrorsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "memry 0-64M | line 2: unknown keyword 'memry'",
                "kernel 3.14 | line 2: kernel '3.14' is not one of 4.19 5.10 6.1",
                "memory 8M-16M | line 2: memory overlaps an earlier line",
                "memory 64M | line 2: memory range '64M' is not like 0-64M",
                "memory 64M-32M | line 2: memory range '64M-32M' is empty or runs backwards",
                "paging 3 | line 2: paging has 4 or 5 levels, not 3",
                "mapping 8K | line 2: mapping '8K' is not one of 4k 2m 1g",
                "elf pdf | line 2: elf 'pdf' is not one of plain qemu xnum proc-vmcore unaligned",
                "pages 0x800 | line 2: no page state is named",
                "pages 0x800 gone | line 2: unknown page state 'gone'",
                "pages 0x800 raw colour=1 | line 2: unknown field 'colour'",
                "pages 0x800 buddy order=99 | line 2: order is 0 to 30",
                "pages 0x800 compound lru | line 2: a compound page needs order=1 or more",
                "pages 0x9000 lru | line 2: page frame 0x9000 has no struct page",
                "pages zero lru | line 2: 'zero' is not a number",
                "fill 0x800 chalk | line 2: fill",
                "log hello | line 2: expected caller=T1",
                "log \"hello | line 2: a string is not closed",
                "log \"a\\q\" | line 2: unknown escape \\q",
                "set PAGESIZE | line 2: expected KEY=value",
                "cpus 2 3 | line 2: unexpected '3'",
                "poke nothing u8 1 | line 2: the kernel image has no 'nothing', only init_top_pgt",
                "poke prb u7 1 | line 2: expected u8, u16, u32 or u64",
                "poke phys+0 u8 1 | line 2: no structure lies at 0x0",
                "log_ring descs=99 | line 2: a ring has 1 to 24 bits, not 99",
                "phys_base 0x70000000 | no place for kernel image at page frames 0x71000..0x7100",
                "paging 5 # and 2 MiB for the table, but: | no room for",
                "machine s390x | line 2: machine 's390x' is not one of x86_64 aarch64 riscv64",
                "page_size 8K | line 2: page_size is 4K, 16K or 64K, not 8192",
                "page_size 16K | x86_64 has pages of 4K alone"
            })
    void shouldNameTheLineAndWhatWasExpected(String line, String problem) {
        String memory = line.startsWith("paging 5") ? "memory 0-3M" : "memory 0-16M";
        assertThatThrownBy(() -> SyntheticVmcore.write(directory.resolve("v.elf"), memory + "\n" + line))
                .isInstanceOf(DescriptionException.class)
                .hasMessageStartingWith(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aarch64 | va_bits 40 | va_bits is one of [39, 48, 52], not 40",
                "aarch64 | va_bits 48 39 | only kernels for 52 bits run with 48",
                "riscv64 | va_bits 52 | va_bits is 39, 48 or 57, not 52",
                "riscv64 | page_size 64K | riscv64 has pages of 4K alone"
            })
    void shouldRefuseMachinesThatCannotBe(String machine, String line, String problem) {
        String text = "memory 1G-1040M\nmachine " + machine + "\n" + line;
        assertThatThrownBy(() -> SyntheticVmcore.write(directory.resolve("v.elf"), text))
                .isInstanceOf(DescriptionException.class)
                .hasMessageStartingWith(problem);
    }

    @Test
    void shouldRefusePageTypesThatTheKernelDoesNotHave() {
        assertThatThrownBy(() -> SyntheticVmcore.write(
                        directory.resolve("v.elf"), "kernel 6.1\nmemory 0-16M\npages 0x800 unaccepted"))
                .hasMessage("line 3: kernel 6.1 has no page type for 'unaccepted'");
    }

    @Test
    void shouldRefuseADescriptionWithoutMemory() {
        assertThatThrownBy(() -> SyntheticVmcore.write(directory.resolve("v.elf"), "# nothing"))
                .hasMessage("there is no line 'memory A-B'");
    }

    @Test
    void shouldTakeCommentsAndEmptyLines() throws Exception {
        SyntheticVmcore vmcore = SyntheticVmcore.write(
                directory.resolve("v.elf"), "\n# a comment\n  memory 0-8M # and one more\nlog \"# not one\"\n\n");

        assertThat(vmcore.log()).hasSize(1);
        assertThat(vmcore.log().get(0).text()).isEqualTo("# not one");
    }
}
