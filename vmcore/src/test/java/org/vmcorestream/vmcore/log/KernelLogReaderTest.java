// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.testkit.LogRecord;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.Vmcore;

class KernelLogReaderTest {
    private static final String MEMORY = "memory 0-8M\nmapping 4K\nfill default zero\n";

    @TempDir
    Path directory;

    private SyntheticVmcore write(String... lines) throws Exception {
        return SyntheticVmcore.write(directory.resolve("v.elf"), MEMORY + String.join("\n", lines));
    }

    private static String text(KernelLog log) {
        return new String(log.text(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.10", "6.1", "6.6", "6.9", "6.12", "6.16", "7.2"})
    void shouldReadTheRingBufferOfEachKernel(String kernel) throws Exception {
        SyntheticVmcore vmcore = write(
                "kernel " + kernel,
                "log \"[    0.0] Linux version synthetic\"",
                "log caller=T17 \"[   12.345678901] two\\nlines\"",
                "log caller=C3 \"[123456.5] from a CPU\"");

        KernelLog log = new SyntheticMemory(vmcore).log();

        assertThat(text(log)).isEqualTo("""
                [    0.000000] [      T0] Linux version synthetic
                [   12.345678] [     T17] two
                                          lines
                [123456.500000] [      C3] from a CPU
                """);
        assertThat(log.problem()).isEmpty();
        assertThat(log.complete()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"records", "old-records"})
    void shouldReadRecordsBefore510(String printk) throws Exception {
        SyntheticVmcore vmcore = write(
                "kernel 4.19",
                "printk " + printk,
                "log \"[    0.0] Linux version synthetic\"",
                "log \"[   12.345678901] two\\nlines\"");

        KernelLog log = new SyntheticMemory(vmcore).log();

        assertThat(text(log)).isEqualTo("""
                [    0.000000] Linux version synthetic
                [   12.345678] two
                               lines
                """);
        assertThat(log.problem()).isEmpty();
    }

    @Test
    void shouldReadPlainTextBefore35() throws Exception {
        SyntheticVmcore vmcore = write("kernel 4.19", "printk plain", "log \"[    1.5] one\"", "log \"[    2.5] two\"");

        assertThat(text(new SyntheticMemory(vmcore).log())).isEqualTo("""
                <6>[    1.500000] one
                <6>[    2.500000] two
                """);
    }

    @Test
    void shouldBeginWithTheOldestByteOfAFullTextBuffer() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            lines.append("log \"[ ").append(i).append(".0] line ").append(i).append("\"\n");
        }
        SyntheticVmcore vmcore = write("kernel 4.19", "printk plain", "log_ring text=10", lines.toString());

        String text = text(new SyntheticMemory(vmcore).log());

        assertThat(text)
                .hasSize(1024)
                .endsWith("] line 98\n<6>[   99.000000] line 99\n")
                .contains("] line 70\n<6>[   71.");
    }

    @Test
    void shouldReadTheLogThroughTheDoor() throws Exception {
        SyntheticVmcore vmcore = write("log \"[    0.0] Linux version synthetic\"", "panic \"sysrq triggered crash\"");

        try (Vmcore opened = Vmcore.open(vmcore.file())) {
            assertThat(text(opened.kernelLog())).startsWith("[    0.000000] [      T0] Linux version synthetic\n");
            assertThat(opened.kernelLog().crash().line())
                    .isEqualTo("Kernel panic - not syncing: sysrq triggered crash");
            assertThat(opened.kernelLog().crash().callTrace())
                    .containsExactly(
                            "dump_stack_lvl", "panic", "sysrq_handle_crash", "__handle_sysrq.cold", "ksys_write");
            assertThat(opened.kernelLog().crash().secondsSinceBoot()).isEqualTo(0.001);
        }
    }

    @Test
    void shouldEscapeWhatCannotBePrinted() throws Exception {
        SyntheticVmcore vmcore =
                write("log \"[1.0] \\x00\\x1b[1m tab\\t ü € \\xf0\\x9f\\x98\\x80 \\xff\\xc3 \\x7f\\xed\\xa0\\x80\"");

        assertThat(text(new SyntheticMemory(vmcore).log()))
                .isEqualTo("[    1.000000] [      T0] \\x00\\x1b[1m tab\t ü € 😀 \\xff\\xc3 \\x7f\\xed\\xa0\\x80\n");
    }

    @Test
    void shouldPassOverRecordsThatAreNotThere() throws Exception {
        SyntheticVmcore vmcore = write(
                "log \"[1.0] one\"",
                "log state=reserved \"[2.0] being written\"",
                "log state=committed \"[3.0] may go on\"",
                "log state=reusable \"[4.0] given back\"",
                "log \"\"",
                "log \"[5.0] five\"");

        KernelLog log = new SyntheticMemory(vmcore).log();

        assertThat(text(log)).isEqualTo("""
                [    1.000000] [      T0] one
                [    3.000000] [      T0] may go on
                [    5.000000] [      T0] five
                """);
        assertThat(log.complete()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "6.12, ring, 3, 9", "6.12, ring, 4, 9", "6.12, ring, 6, 10", "6.12, ring, 9, 11",
        "7.2, ring, 3, 9", "7.2, ring, 4, 9", "7.2, ring, 6, 10", "7.2, ring, 9, 11",
        "4.19, records, 1, 9", "4.19, records, 1, 10", "4.19, old-records, 1, 12"
    })
    void shouldTellTheNewestRecordsOfABufferThatWentRound(String kernel, String printk, int descs, int text)
            throws Exception {
        for (int round = 0; round < 5; round++) {
            long seed = 31L * round + 1000L * descs + text;
            StringBuilder lines = new StringBuilder();
            Random random = new Random(seed);
            int records = 20 + random.nextInt(200);
            for (int i = 0; i < records; i++) {
                lines.append("log \"[ ")
                        .append(i)
                        .append(".0] ")
                        .append(i)
                        .append(' ')
                        .append("x".repeat(random.nextInt(100)))
                        .append("\"\n");
            }
            SyntheticVmcore vmcore = write(
                    "kernel " + kernel,
                    "printk " + printk,
                    "log_ring descs=" + descs + " text=" + text,
                    lines.toString());

            KernelLog log = new SyntheticMemory(vmcore).log();

            String told = text(log);
            assertThat(log.problem()).as("seed %d", seed).isEmpty();
            int count = (int) told.lines().count();
            assertThat(count).as("seed %d", seed).isGreaterThanOrEqualTo(2);
            List<LogRecord> newest = vmcore.log().subList(records - count, records);
            StringBuilder expected = new StringBuilder();
            for (LogRecord record : newest) {
                expected.append(String.format(Locale.ROOT, "[%5d.000000] ", record.nanos() / 1_000_000_000));
                expected.append(kernel.equals("4.19") ? "" : "[      T0] ")
                        .append(record.text())
                        .append('\n');
            }
            assertThat(told).as("seed %d", seed).isEqualTo(expected.toString());
        }
    }

    @Test
    void shouldReadALargeRingInAFewReads() throws Exception {
        SyntheticVmcore vmcore = write("memory 16M-48M", "log \"[1.0] one\"", "log_ring descs=17", "log \"[2.0] two\"");
        SyntheticMemory memory = new SyntheticMemory(vmcore);

        assertThat(text(memory.log())).isEqualTo("[    1.000000] [      T0] one\n[    2.000000] [      T0] two\n");
        assertThat(memory.reads).isLessThan(100);
    }
}
