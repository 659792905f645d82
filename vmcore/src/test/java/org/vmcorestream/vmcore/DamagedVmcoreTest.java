// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.testkit.SyntheticVmcore;

/** A vmcore is untrusted: whatever is damaged, reading it works or says what is wrong, and always ends. */
@Timeout(50)
class DamagedVmcoreTest {
    private static final long SEED = 20261123;

    /** A file that lies may cost some tables; more than this would be a loop. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private SyntheticVmcore whole;
    private Path damaged;

    @BeforeEach
    void writeVmcores() throws IOException {
        whole = SyntheticVmcore.write(folder.resolve("whole.elf"), """
                memory 0-0x9fc00
                memory 1M-8M
                elf qemu
                pages 1536 buddy order=8
                pages 1792 compound order=4
                """);
        damaged = folder.resolve("damaged.elf");
        Files.copy(whole.file(), damaged, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Reads everything there is to read; the file may be refused, but only as a vmcore is refused. */
    private String readAll(String what) {
        long start = System.nanoTime();
        String result = "read";
        try (Vmcore vmcore = Vmcore.open(damaged)) {
            ChunkDescriber describer = vmcore.describer();
            ChunkDescriptors chunk = new ChunkDescriptors();
            long chunks = Math.min(64, Chunk.of(Math.max(0, vmcore.memory().endPfn() - 1)) + 1);
            for (long i = 0; i < chunks && Chunk.firstPfn(i) < vmcore.memory().endPfn(); i++) {
                describer.describe(i, chunk);
            }
            vmcore.kernelLog();
            ByteBuffer page = ByteBuffer.allocateDirect(4096);
            for (PfnRun run : vmcore.memory().backedRuns()) {
                page.clear();
                vmcore.pages().read(run.firstPfn(), 1, page);
            }
        } catch (VmcoreException e) {
            result = e.getMessage();
            assertThat(result)
                    .as(what)
                    .contains("damaged.elf")
                    .doesNotContain("\n")
                    .hasSizeLessThan(1000);
        } catch (IOException | RuntimeException e) {
            fail(what, e);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as(what).isLessThan(LONGEST);
        return result;
    }

    @Test
    void shouldRefuseAFileCutAnywhere() throws IOException {
        assertThat(readAll("whole")).isEqualTo("read");
        Random random = new Random(SEED);
        long size = Files.size(damaged);
        for (int i = 0; i < 160; i++) {
            long cut = i < 100 ? size * i / 100 : (long) (random.nextDouble() * (i % 2 == 0 ? size : 8192));
            Files.copy(whole.file(), damaged, StandardCopyOption.REPLACE_EXISTING);
            try (RandomAccessFile file = new RandomAccessFile(damaged.toFile(), "rw")) {
                file.setLength(cut);
            }
            assertThat(readAll("seed " + SEED + ", cut at " + cut))
                    .as("cut at " + cut)
                    .isNotEqualTo("read");
        }
    }

    @Test
    void shouldSurviveWrongBytesInHeadersAndVmcoreInfo() throws IOException {
        Random random = new Random(SEED);
        Set<String> results = new HashSet<>();
        try (RandomAccessFile file = new RandomAccessFile(damaged.toFile(), "rw")) {
            byte[] head = new byte[8192];
            file.readFully(head);
            for (int i = 0; i < 500; i++) {
                byte[] wrong = head.clone();
                for (int flip = random.nextInt(3); flip >= 0; flip--) {
                    // Half of them in the ELF, section and program headers, the others in the notes.
                    int at = random.nextBoolean() ? random.nextInt(400) : random.nextInt(wrong.length);
                    wrong[at] = random.nextBoolean()
                            ? (byte) random.nextInt()
                            : (byte) (wrong[at] ^ 1 << random.nextInt(8));
                }
                file.seek(0);
                file.write(wrong);
                results.add(readAll("seed " + SEED + ", try " + i));
            }
        }
        assertThat(results).as("seed " + SEED).contains("read").hasSizeGreaterThan(30);
    }

    @Test
    void shouldSurviveWrongDigitsInVmcoreInfo() throws IOException {
        Random random = new Random(SEED);
        Set<String> results = new HashSet<>();
        byte[] all = Files.readAllBytes(damaged);
        int start = indexOf(all, "OSRELEASE=");
        int end = start + whole.vmcoreInfo().length();
        try (RandomAccessFile file = new RandomAccessFile(damaged.toFile(), "rw")) {
            for (int i = 0; i < 500; i++) {
                byte[] wrong = new byte[end - start];
                System.arraycopy(all, start, wrong, 0, wrong.length);
                for (int flip = random.nextInt(4); flip >= 0; flip--) {
                    int at = random.nextInt(wrong.length);
                    if (Character.digit(wrong[at], 16) >= 0) {
                        wrong[at] = (byte) "0123456789abcdef-x".charAt(random.nextInt(18));
                    }
                }
                file.seek(start);
                file.write(wrong);
                results.add(readAll("seed " + SEED + ", try " + i));
            }
        }
        assertThat(results).as("seed " + SEED).contains("read").hasSizeGreaterThan(30);
    }

    @Test
    void shouldSurviveWrongPageTablesAndSectionTables() throws IOException {
        Random random = new Random(SEED);
        Set<String> results = new HashSet<>();
        byte[] all = Files.readAllBytes(damaged);
        // Every word of the kernel's structures: replaced by another address of them, so that tables point at tables.
        int from = all.length - (7 << 20);
        try (RandomAccessFile file = new RandomAccessFile(damaged.toFile(), "rw")) {
            for (int i = 0; i < 150; i++) {
                for (int n = 0; n < 200; n++) {
                    int at = from + (random.nextInt(1 << 20) & ~7);
                    int other = from + (random.nextInt(1 << 20) & ~7);
                    file.seek(at);
                    file.write(all, other, 8);
                }
                results.add(readAll("seed " + SEED + ", try " + i));
                if (i % 10 == 9) {
                    file.seek(from);
                    file.write(all, from, 1 << 20);
                }
            }
        }
        assertThat(results).as("seed " + SEED).contains("read").hasSizeGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set PAGESIZE=65536",
                "unset PAGESIZE",
                "set SIZE(page)=0",
                "set SIZE(page)=63",
                "set SIZE(page)=1000000",
                "set OFFSET(page.flags)=60",
                "set OFFSET(page._mapcount)=61",
                "set OFFSET(page.compound_head)=2147483647",
                "unset OFFSET(page.mapping)",
                "set LENGTH(zone.free_area)=0",
                "set LENGTH(zone.free_area)=4000000000",
                "set LENGTH(zone.free_area)=64",
                "unset LENGTH(zone.free_area)",
                "set NUMBER(PG_lru)=32",
                "set NUMBER(PG_private)=-1",
                "set NUMBER(SECTION_SIZE_BITS)=0",
                "set NUMBER(SECTION_SIZE_BITS)=64",
                "set NUMBER(MAX_PHYSMEM_BITS)=20",
                "set NUMBER(MAX_PHYSMEM_BITS)=64",
                "set SIZE(mem_section)=0",
                "set SIZE(mem_section)=8192",
                "set OFFSET(mem_section.section_mem_map)=32",
                "set SYMBOL(mem_section)=0",
                "set SYMBOL(mem_section)=ffffffffffffffff",
                "set SYMBOL(init_top_pgt)=1000",
                "set SYMBOL(init_top_pgt)=ffffffff80000001",
                "set NUMBER(phys_base)=9223372036854775807",
                "unset SYMBOL(init_top_pgt)\nunset SYMBOL(swapper_pg_dir)",
                "kernel 6.6\nset NUMBER(PG_hugetlb)=64",
                "kernel 6.4\nset OFFSET(folio._folio_order)=8",
            })
    void shouldRefuseVmcoreInfoThatLies(String lie) throws IOException {
        SyntheticVmcore file = SyntheticVmcore.write(damaged, "memory 0-8M\n" + lie);
        List<String> words = lie.lines().toList();
        String last = words.get(words.size() - 1);
        String key = last.split(" ")[1].split("=")[0];

        assertThatThrownBy(() -> Vmcore.open(file.file()))
                .isInstanceOf(CorruptVmcoreException.class)
                .message()
                .as(lie)
                .contains("damaged.elf")
                .doesNotContain("\n")
                .matches(message -> key.contains("pgt")
                        || key.contains("pg_dir")
                        || key.contains("phys_base")
                        || message.contains(key.replaceAll(".*\\(|\\)", "")));
    }

    @Test
    void shouldSayWhichNoteIsMissing() throws IOException {
        SyntheticVmcore.write(damaged, "memory 0-8M\nunset VMCOREINFO");

        assertThatThrownBy(() -> Vmcore.open(damaged))
                .isInstanceOf(MissingVmcoreInfoException.class)
                .hasMessageContaining("VMCOREINFO");
    }

    @Test
    void shouldRefuseKernelsWithoutSparseMemory() throws IOException {
        SyntheticVmcore.write(damaged, "memory 0-8M\nunset SYMBOL(mem_section)");

        assertThatThrownBy(() -> Vmcore.open(damaged))
                .isInstanceOf(UnsupportedVmcoreException.class)
                .hasMessageContaining("SYMBOL(mem_section)");
    }

    private static int indexOf(byte[] bytes, String text) {
        int index = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        assertThat(index).isPositive();
        return index;
    }
}
