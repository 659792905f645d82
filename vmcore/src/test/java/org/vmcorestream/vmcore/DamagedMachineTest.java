// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.testkit.SyntheticKdump;
import org.vmcorestream.testkit.SyntheticVmcore;

/** Vmcores of aarch64 and riscv64 that lie, or whose page tables are damaged. */
class DamagedMachineTest {
    private static final long SEED = 20261123;

    @TempDir
    Path folder;

    private SyntheticVmcore write(String text) throws IOException {
        return SyntheticVmcore.write(folder.resolve("damaged.elf"), "memory 1G-1056M\nfill default zero\n" + text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aarch64 | set PAGESIZE=3 | PAGESIZE=3, expected 4096, 16384 or 65536",
                "aarch64 | set PAGESIZE=131072 | PAGESIZE=131072, expected 4096, 16384 or 65536",
                "aarch64 | set PAGESIZE=8192 | PAGESIZE=8192, expected 4096, 16384 or 65536",
                "aarch64 | set PAGESIZE=16384 | memory sections at SYMBOL(mem_section)",
                "aarch64 | set PAGESIZE=65536 | memory sections at SYMBOL(mem_section)",
                "aarch64 | unset PAGESIZE | has no PAGESIZE",
                "aarch64 | unset NUMBER(VA_BITS) | has no NUMBER(VA_BITS), expected one of [39, 48, 52]",
                "aarch64 | set NUMBER(VA_BITS)=42 | NUMBER(VA_BITS)=42, expected one of [39, 48, 52]",
                "aarch64 | set NUMBER(VA_BITS)=-1 | NUMBER(VA_BITS)=-1, expected one of [39, 48, 52]",
                "aarch64 | set NUMBER(VA_BITS)=4294967344 | NUMBER(VA_BITS)=4294967344, expected one of",
                "aarch64 | set NUMBER(VA_BITS)=39 | NUMBER(TCR_EL1_T1SZ)=16 and NUMBER(VA_BITS)=39, expected 25",
                "aarch64 | set NUMBER(TCR_EL1_T1SZ)=0xc | NUMBER(TCR_EL1_T1SZ)=12 and NUMBER(VA_BITS)=48, expected 16",
                "aarch64 | set NUMBER(TCR_EL1_T1SZ)=-5 | NUMBER(TCR_EL1_T1SZ)=-5 and NUMBER(VA_BITS)=48, expected 16",
                "aarch64 | unset NUMBER(kimage_voffset) | has no NUMBER(kimage_voffset)",
                "aarch64 | set NUMBER(kimage_voffset)=0 | and kimage_voffset 0x0, expected a page of the kernel image",
                "aarch64 | set NUMBER(kimage_voffset)=0xffff800000000001 | expected a page of the kernel image",
                "aarch64 | set NUMBER(kimage_voffset)=0x7fffffffffffffff | expected a page of the kernel image",
                "aarch64 | set NUMBER(kimage_voffset)=0xffff800000000000 | memory sections at SYMBOL(mem_section)",
                "aarch64 | set NUMBER(kimage_voffset)=nonsense | NUMBER(kimage_voffset)=nonsense, expected a number",
                "aarch64 | unset SYMBOL(swapper_pg_dir) | has no top page table, expected SYMBOL(swapper_pg_dir)",
                "aarch64 | set SYMBOL(swapper_pg_dir)=1001 | swapper_pg_dir at 0x1001",
                "aarch64 | set NUMBER(SECTION_SIZE_BITS)=64 | SECTION_SIZE_BITS",
                "aarch64 | set NUMBER(MAX_PHYSMEM_BITS)=56 | MAX_PHYSMEM_BITS) 56, expected 27 to 52",
                "aarch64 | set SIZE(mem_section)=65536 | SIZE(mem_section) 65536, expected 8 to 4096",
                "riscv64 | set PAGESIZE=65536 | PAGESIZE=65536, expected 4096",
                "riscv64 | unset NUMBER(VA_BITS) | has no NUMBER(VA_BITS), expected one of [39, 48, 57]",
                "riscv64 | set NUMBER(VA_BITS)=52 | NUMBER(VA_BITS)=52, expected one of [39, 48, 57]",
                "riscv64 | set NUMBER(VA_BITS)=57 | memory sections at SYMBOL(mem_section)",
                "riscv64 | unset NUMBER(va_kernel_pa_offset) | has no NUMBER(va_kernel_pa_offset)",
                "riscv64 | set NUMBER(va_kernel_pa_offset)=1 | expected a page of the kernel image",
                "riscv64 | unset SYMBOL(swapper_pg_dir) | has no top page table",
                "riscv64 | set NUMBER(MAX_PHYSMEM_BITS)=60 | MAX_PHYSMEM_BITS) 60, expected 27 to 56"
            })
    void shouldRefuseVmcoreInfoThatLies(String machine, String lie, String message) throws IOException {
        SyntheticVmcore made = write("machine " + machine + "\n" + lie);

        assertThatThrownBy(() -> Vmcore.open(made.file()))
                .isInstanceOf(CorruptVmcoreException.class)
                .hasMessageContaining(message)
                .hasMessageStartingWith(made.file() + ": ")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void shouldKnowTheMachineOfAKdumpFileThatDoesNotNameIt() throws IOException {
        for (String machine : new String[] {"aarch64", "riscv64", "x86_64"}) {
            SyntheticVmcore made = write("machine " + machine);
            for (String name : new String[] {"", "Unknown"}) {
                byte[] bytes = SyntheticKdump.of(made).bytes();
                Arrays.fill(bytes, 272, 272 + 65, (byte) 0);
                System.arraycopy(name.getBytes(StandardCharsets.US_ASCII), 0, bytes, 272, name.length());
                Path file = Files.write(folder.resolve("unnamed.kdump"), bytes);
                try (Vmcore vmcore = Vmcore.open(file)) {
                    assertThat(vmcore.kernel().machine()).isEqualTo(machine);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "machine aarch64",
                "machine aarch64\nva_bits 52\nmapping 4K",
                "machine aarch64\npage_size 16K\nva_bits 36",
                "machine aarch64\npage_size 64K\nva_bits 52",
                "machine riscv64\nva_bits 39",
                "machine riscv64\nva_bits 57\nmapping 4K"
            })
    void shouldSurvivePageTablesOfNoise(String variant) throws IOException {
        Random random = new Random(SEED);
        SyntheticVmcore made = write(variant);
        Set<String> results = new HashSet<>();
        long size = 1L << made.pageShift();
        long root = made.structures().get("kernel image").get(0) << made.pageShift();
        try (RandomAccessFile file = new RandomAccessFile(made.file().toFile(), "rw")) {
            long data = file.length() - (32L << 20);
            List<Long> tables = made.structures().get("page tables");
            for (int i = 0; i < 40; i++) {
                Map<Long, Long> before = new HashMap<>();
                for (int n = 0; n < 1 + i / 4; n++) {
                    // Some bits of an entry, or another entry: large pages, tables that are none, tables of tables.
                    long table = random.nextInt(4) == 0
                            ? root
                            : tables.get(random.nextInt(tables.size())) << made.pageShift();
                    long at = data + table - (1L << 30) + (random.nextInt((int) size) & -8);
                    file.seek(at);
                    long entry = Long.reverseBytes(file.readLong());
                    before.putIfAbsent(at, entry);
                    put(file, at, random.nextBoolean() ? random.nextLong() : entry ^ 1L << random.nextInt(64));
                }
                results.add(readAll(made.file()));
                for (Map.Entry<Long, Long> entry : before.entrySet()) {
                    put(file, entry.getKey(), entry.getValue());
                }
            }
        }
        assertThat(results).as("seed " + SEED).contains("read");
    }

    private static void put(RandomAccessFile file, long at, long value) throws IOException {
        file.seek(at);
        file.writeLong(Long.reverseBytes(value));
    }

    /** Reads everything there is; what it came to, which is never anything but a vmcore's own trouble. */
    private static String readAll(Path path) throws IOException {
        try (Vmcore vmcore = Vmcore.open(path)) {
            ChunkDescriber describer = vmcore.describer();
            ChunkDescriptors chunk = new ChunkDescriptors();
            MemmapRuns memmap = new MemmapRuns();
            for (long i = 0; i <= Chunk.of(vmcore.memory().endPfn() - 1); i++) {
                describer.describe(i, chunk);
                describer.memmap(i, memmap);
            }
            vmcore.kernelLog();
            return "read";
        } catch (VmcoreException e) {
            assertThat(e.getMessage()).doesNotContain("\n").contains("damaged.elf");
            return e.getMessage();
        }
    }
}
