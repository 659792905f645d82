// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.testkit.SyntheticVmcore;

@Timeout(60)
class DamagedKernelLogTest {
    private static final String MEMORY = "memory 0-8M\nmapping 4K\nfill default zero\n";
    private static final String THREE = "log \"[1.0] one\"\nlog \"[2.0] two\"\nlog \"[3.0] three\"";

    @TempDir
    Path directory;

    private SyntheticMemory memory(String... lines) throws Exception {
        return new SyntheticMemory(write(lines));
    }

    private SyntheticVmcore write(String... lines) throws Exception {
        return SyntheticVmcore.write(directory.resolve("v.elf"), MEMORY + String.join("\n", lines));
    }

    private static String text(KernelLog log) {
        return new String(log.text(), StandardCharsets.UTF_8);
    }

    private static void assertProblem(KernelLog log, String problem) {
        assertThat(log.complete()).isFalse();
        assertThat(log.problem()).contains(problem).doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "poke printk_rb_static u32 0 | count_bits 0, expected 1 to 26",
                "poke printk_rb_static u32 27 | count_bits 27, expected 1 to 26",
                "poke printk_rb_static u32 -1 | count_bits -1, expected 1 to 26",
                "poke printk_rb_static+48 u32 32 | size_bits 32, expected 1 to 31",
                "poke prb u64 0 | is not mapped",
                "poke printk_rb_static+8 u64 0x10 | is not mapped",
                "unset SIZE(prb_desc) | VMCOREINFO has no SIZE(prb_desc)",
                "set SIZE(prb_desc)=0 | SIZE(prb_desc)=0, expected 1 to 4096",
                "set SIZE(printk_info)=8 | printk_info.ts_nsec is at byte 8 of a structure of 8 bytes",
                "set OFFSET(prb_desc.state_var)=2000000000 | expected 0 to 4096",
                "set SYMBOL(prb)=xyz | VMCOREINFO says SYMBOL(prb)=xyz",
                "unset SYMBOL(prb) | VMCOREINFO names no kernel log"
            })
    void shouldSayWhyARingCannotBeRead(String line, String problem) throws Exception {
        KernelLog log = memory(THREE, line).log();

        assertThat(log.text()).isEmpty();
        assertProblem(log, problem);
        assertThat(log.crash()).isEqualTo(CrashReason.UNKNOWN);
    }

    @Test
    void shouldTellAllButTheRecordWhoseTextIsNowhere() throws Exception {
        // Record 0 is in descriptor 0: its text is said to begin in the middle of a word.
        KernelLog log = memory(THREE, "poke descs+8 u64 4").log();

        assertThat(text(log)).isEqualTo("[    2.000000] [      T0] two\n[    3.000000] [      T0] three\n");
        assertProblem(log, "expected multiples of 8");
    }

    @Test
    void shouldCutATextThatClaimsToBeLongerThanItsBlock() throws Exception {
        KernelLog log = memory(THREE, "poke infos+16 u16 65535").log();

        assertThat(text(log)).startsWith("[    1.000000] [      T0] one").contains("T0] two\n", "T0] three\n");
    }

    @Test
    void shouldSayWhenATextBelongsToAnotherRecord() throws Exception {
        KernelLog log = memory(THREE, "poke text u64 77").log();

        assertThat(text(log)).contains("one\n", "two\n", "three\n");
        assertProblem(log, "belongs to record 0x4d");
    }

    @ParameterizedTest
    @CsvSource({"24, 0", "24, 0x3fffffff00000000", "32, 5", "32, 0x123456789abc"})
    void shouldFindTheRecordsWithoutHeadOrTail(int field, String value) throws Exception {
        KernelLog log = memory(THREE, "poke printk_rb_static+" + field + " u64 " + value)
                .log();

        assertThat(text(log)).endsWith("""
                [    1.000000] [      T0] one
                [    2.000000] [      T0] two
                [    3.000000] [      T0] three
                """);
        assertProblem(log, "what its descriptors hold was read instead");
    }

    @Test
    void shouldTellWhatIsLeftWhenAPageOfTextIsMissing() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            lines.append("log \"[ ")
                    .append(i)
                    .append(".0] line ")
                    .append("abcdefgh".repeat(4))
                    .append("\"\n");
        }
        SyntheticVmcore vmcore = write(lines.toString());

        KernelLog log = new SyntheticMemory(vmcore)
                .without(vmcore.symbols().get("text") + 4096)
                .log();

        assertThat(text(log))
                .contains("[    0.000000]", "[   70.000000]", "[  299.000000]")
                .doesNotContain("[  100.000000]");
        assertThat(text(log).lines().count()).isBetween(200L, 240L);
        assertProblem(log, "is not mapped or not in the file");
    }

    @Test
    void shouldNotSearchAMissingPageAMillionTimes() throws Exception {
        SyntheticVmcore vmcore = write("log_ring descs=18", "memory 64M-128M", THREE, "poke printk_rb_static+32 u64 0");
        SyntheticMemory memory = new SyntheticMemory(vmcore);
        long descs = vmcore.symbols().get("descs");
        for (long page = 1; page < 6L << 8; page++) {
            memory.without(descs + page * 4096);
        }

        KernelLog log = memory.log();

        assertThat(text(log)).contains("one\n", "two\n", "three\n");
        assertThat(log.complete()).isFalse();
        assertThat(memory.reads).isLessThan(10_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "poke log_buf_len u32 8 | 8 bytes long, expected 16 or more",
                "poke log_first_idx u32 0x7fffffff | goes from index 2147483647",
                "poke log_next_idx u32 0xffffffff | to 4294967295",
                "poke log_buf u64 0 | is not mapped",
                "unset OFFSET(printk_log.len) | VMCOREINFO has no OFFSET(printk_log.len)",
                "set OFFSET(printk_log.text_len)=15 | printk_log.text_len is at byte 15"
            })
    void shouldSayWhyRecordsCannotBeRead(String line, String problem) throws Exception {
        KernelLog log = memory("kernel 4.19", THREE, line).log();

        assertThat(log.text()).isEmpty();
        assertProblem(log, problem);
    }

    @ParameterizedTest
    @CsvSource({"3", "65535", "0"})
    void shouldStopAtARecordOfAnImpossibleLength(int length) throws Exception {
        // The second record begins behind the first: 16 bytes of header and 4 of text.
        KernelLog log =
                memory("kernel 4.19", THREE, "poke log_text+28 u16 " + length).log();

        assertThat(text(log)).startsWith("[    1.000000] one\n").doesNotContain("three");
        assertThat(log.complete()).isFalse();
    }

    @Test
    void shouldNotGoRoundForEver() throws Exception {
        KernelLog log = memory("kernel 4.19", THREE, "poke log_next_idx u32 1").log();

        assertThat(log.complete()).isFalse();
        assertThat(text(log).lines().count()).isLessThan(100);
    }

    @Test
    void shouldKeepTheNewestLinesOfALogThatIsTooLong() {
        LogText text = new LogText(1000);
        for (int i = 0; i < 500; i++) {
            byte[] line = ("line " + i).getBytes(StandardCharsets.US_ASCII);
            text.record(i * 1_000_000_000L, line, line.length);
        }

        String kept = new String(text.bytes(), StandardCharsets.US_ASCII);

        assertThat(kept).hasSizeLessThanOrEqualTo(1000).startsWith("[").endsWith("[  499.000000] line 499\n");
        assertThat(kept.lines().count()).isGreaterThan(35);
        assertThat(text.problem()).contains("only the newest 1000 bytes");
    }

    @Test
    void shouldReadAnyGarbageWithoutFailing() throws Exception {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            StringBuilder lines = new StringBuilder(seed % 3 == 0 ? "kernel 4.19\n" : "kernel 6.12\n").append(THREE);
            String[] objects = seed % 3 == 0
                    ? new String[] {"log_buf", "log_buf_len", "log_first_idx", "log_next_idx", "log_text"}
                    : new String[] {"prb", "printk_rb_static", "descs", "infos", "text"};
            for (int i = 0; i < 1 + random.nextInt(6); i++) {
                long value = random.nextInt(3) == 0 ? random.nextInt(64) : random.nextLong();
                lines.append("\npoke ")
                        .append(objects[random.nextInt(objects.length)])
                        .append('+')
                        .append(random.nextInt(12) * 8)
                        .append(" u64 ")
                        .append(value);
            }

            KernelLog log = memory(lines.toString()).log();

            assertThat(log.complete())
                    .as("seed %d", seed)
                    .isEqualTo(log.problem().isEmpty());
            assertThat(log.text().length).as("seed %d", seed).isLessThanOrEqualTo(LogText.MAX_BYTES);
        }
    }
}
