// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.memory.VmcoreInfo;
import org.vmcorestream.vmcore.paging.PageTableFormat;
import org.vmcorestream.vmcore.paging.PageTableFormat.Entry;

class MachineTest {
    private static VmcoreInfo info(String... lines) {
        return new VmcoreInfo("test", String.join("\n", lines).getBytes(StandardCharsets.US_ASCII));
    }

    private static OptionalLong withoutTables(String machine, long physBase, String virt, String... lines)
            throws CorruptVmcoreException {
        return Machine.named(machine)
                .orElseThrow()
                .withoutTables(info(lines), physBase, Long.parseUnsignedLong(virt, 16));
    }

    @Test
    void shouldKnowMachinesByNameNumberAndVmcoreInfo() throws CorruptVmcoreException {
        for (Machine machine : Machine.ALL) {
            assertThat(Machine.named(machine.name())).contains(machine);
            assertThat(Machine.ofElf(machine.elfNumber())).contains(machine);
        }
        assertThat(Machine.named("s390x")).isEmpty();
        assertThat(Machine.ofElf(22)).isEmpty();
        assertThat(Machine.that(info("NUMBER(kimage_voffset)=0x1")).name()).isEqualTo("aarch64");
        assertThat(Machine.that(info("NUMBER(KERNEL_LINK_ADDR)=0x1")).name()).isEqualTo("riscv64");
        assertThat(Machine.that(info("NUMBER(pgtable_l5_enabled)=0")).name()).isEqualTo("x86_64");
        assertThat(Machine.that(info("OSRELEASE=4.4.0")).name()).isEqualTo("x86_64");
        assertThat(Machine.names()).isEqualTo("x86_64, aarch64 or riscv64");
    }

    @Test
    void shouldTranslateTheImageOfX8664WithoutTables() throws CorruptVmcoreException {
        assertThat(withoutTables("x86_64", -251658240, "ffffffff90c00000")).hasValue(0x10c00000L - 251658240);
        assertThat(withoutTables("x86_64", -0xf000000, "ffffffff8f000000")).hasValue(0);
        assertThat(withoutTables("x86_64", -1, "ffffffff80000000")).isEmpty();
        assertThat(withoutTables("x86_64", 0, "ffffffffc0000000")).isEmpty();
        assertThat(withoutTables("x86_64", 0, "ffff888000001000")).isEmpty();
        assertThat(withoutTables("x86_64", 0, "80000000")).isEmpty();
        assertThat(Machine.ALL.get(0).withoutTables(0x1000)).contains("(from 0xffffffff80000000 on)");
        assertThat(Machine.ALL.get(0).withoutTables(-0xf000000)).contains("(from 0xffffffff8f000000 on)");
    }

    @Test
    void shouldTranslateTheDirectMapOfAarch64WithoutTables() throws CorruptVmcoreException {
        String[] kernel = {"NUMBER(VA_BITS)=48", "SYMBOL(_stext)=ffff800080010000"};
        assertThat(withoutTables("aarch64", 0x40000000, "ffff000000001234", kernel))
                .hasValue(0x40001234);
        assertThat(withoutTables("aarch64", 0x40000000, "ffff800080010000", kernel))
                .isEmpty();
        assertThat(withoutTables("aarch64", 0x40000000, "fffeffffffffffff", kernel))
                .isEmpty();
        assertThat(withoutTables("aarch64", 0x40000000, "1234", kernel)).isEmpty();
        // A kernel for 52 bits that runs with 48: PHYS_OFFSET is "negative".
        String[] fewer = {"NUMBER(VA_BITS)=52", "SYMBOL(_stext)=ffff800080010000"};
        assertThat(withoutTables("aarch64", 0xfff1000040000000L, "ffff000000001234", fewer))
                .hasValue(0x40001234);
        // Before Linux 5.4 the direct map was in the other half.
        String[] old = {"NUMBER(VA_BITS)=48", "SYMBOL(_stext)=ffff000008081000"};
        assertThat(withoutTables("aarch64", 0x40000000, "ffff000008081000", old))
                .isEmpty();
        assertThat(withoutTables("aarch64", 0, "ffff000000001234")).isEmpty();
    }

    @Test
    void shouldTranslateTheImageOfRiscv64WithoutTables() throws CorruptVmcoreException {
        String[] kernel = {
            "NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000", "NUMBER(va_kernel_pa_offset)=0xfffffffeffe00000"
        };
        assertThat(withoutTables("riscv64", 0, "ffffffff80001234", kernel)).hasValue(0x80201234L);
        assertThat(withoutTables("riscv64", 0, "ffffffff7fffffff", kernel)).isEmpty();
        assertThat(withoutTables("riscv64", 0, "80001234", kernel)).isEmpty();
        assertThat(withoutTables("riscv64", 0, "ffffffff80001234")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "12, 39, 39, 3, 9",
        "12, 48, 48, 4, 9",
        "12, 52, 52, 5, 4",
        "12, 52, 48, 4, 9",
        "14, 36, 36, 2, 11",
        "14, 47, 47, 3, 11",
        "14, 48, 48, 4, 1",
        "14, 52, 52, 4, 5",
        "14, 52, 47, 3, 11",
        "16, 42, 42, 2, 13",
        "16, 48, 48, 3, 6",
        "16, 52, 52, 3, 10",
        "16, 52, 48, 3, 10"
    })
    void shouldKnowTheTablesOfAarch64(int pageShift, int vaBits, int bitsInUse, int levels, int topBits) {
        PageTableFormat format = Aarch64.entries(pageShift, vaBits, bitsInUse);

        assertThat(format.levels()).isEqualTo(levels);
        assertThat(format.topBits()).isEqualTo(topBits);
        assertThat(format.covers(-1L << (pageShift == 16 ? vaBits : bitsInUse))).isTrue();
        assertThat(format.covers((-1L << (pageShift == 16 ? vaBits : bitsInUse)) - 1))
                .isFalse();
        assertThat(format.covers(0x1000)).isFalse();
        assertThat(format.kind(3, 1)).isEqualTo(Entry.PAGE);
        assertThat(format.kind(3, 2)).isEqualTo(Entry.TABLE);
        assertThat(format.kind(1, 2)).isEqualTo(Entry.PAGE);
        assertThat(format.kind(1, 1)).isEqualTo(Entry.NONE);
        assertThat(format.kind(1, 5)).isEqualTo(Entry.NONE);
        assertThat(format.kind(2, 2)).isEqualTo(Entry.NONE);
        assertThat(format.kind(-4L, 1)).isEqualTo(Entry.NONE);
    }

    @Test
    void shouldTakeAddressesOutOfDescriptorsOfAarch64() {
        // All other bits of a descriptor are set: none of them may get into the address.
        long noise = 0xfffc_0000_0000_0fffL;
        assertThat(Aarch64.entries(12, 48, 48).address(0x1234_5678_9000L | noise))
                .isEqualTo(0x1234_5678_9000L);
        assertThat(Aarch64.entries(12, 52, 48).address(0x1234_5678_9000L | noise))
                .isEqualTo(0x1234_5678_9000L);
        assertThat(Aarch64.entries(12, 52, 52).address(0x3_1234_5678_9000L | 0xfff0_0000_0000_0cffL | 2 << 8))
                .isEqualTo(0xb_1234_5678_9000L);
        assertThat(Aarch64.entries(14, 52, 52).address(0x3_1234_5678_8000L | 0xfff0_0000_0000_0cffL | 1 << 8))
                .isEqualTo(0x7_1234_5678_8000L);
        assertThat(Aarch64.entries(14, 48, 48).address(0x1234_5678_8000L | noise))
                .isEqualTo(0x1234_5678_8000L);
        assertThat(Aarch64.entries(16, 52, 52).address(0x1234_5678_0000L | 0x9000 | noise))
                .isEqualTo(0x9_1234_5678_0000L);
        assertThat(Aarch64.entries(16, 48, 48).address(0x1234_5678_0000L | noise))
                .isEqualTo(0x1234_5678_0000L);
    }

    @Test
    void shouldReadEntriesOfRiscv64() {
        PageTableFormat format = Riscv64.entries(39);

        assertThat(format.levels()).isEqualTo(3);
        assertThat(Riscv64.entries(48).levels()).isEqualTo(4);
        assertThat(Riscv64.entries(57).levels()).isEqualTo(5);
        assertThat(format.covers(0xffffffc000000000L)).isTrue();
        assertThat(format.covers(0xffffffbfffffffffL)).isFalse();
        assertThat(format.kind(0xef, 3)).isEqualTo(Entry.PAGE);
        assertThat(format.kind(0x1, 3)).isEqualTo(Entry.TABLE);
        assertThat(format.kind(0x1, 1)).isEqualTo(Entry.NONE);
        assertThat(format.kind(0xee, 1)).isEqualTo(Entry.NONE);
        assertThat(format.kind(0x9, 1)).as("executable alone").isEqualTo(Entry.PAGE);
        assertThat(format.address(0xffc0_0000_0000_03ffL | 0x123456789L << 10)).isEqualTo(0x123456789000L);
        assertThat(format.mappedShift(0xef, 12)).isEqualTo(12);
        assertThat(format.mappedShift(Long.MIN_VALUE | 0xef, 12)).as("64 KiB").isEqualTo(16);
    }
}
