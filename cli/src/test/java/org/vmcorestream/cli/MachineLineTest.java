// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/** Machines of all kinds and page sizes through broker, processor and sink. */
class MachineLineTest {
    private static final long GIB = 1L << 30;

    @TempDir
    private static Path folder;

    private static Line line;
    private static Line.Sink sink;

    @BeforeAll
    static void start() throws Exception {
        line = new Line(folder, 2);
        sink = line.sink("machines", folder.resolve("files"), Optional.empty(), 2);
    }

    @AfterAll
    static void stop() throws Exception {
        sink.close();
        line.close();
    }

    /** Memory lies in two places: in two stripes, whatever the page size. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aarch64 | 4K | 48 | ZSTD",
                "aarch64 | 16K | 47 | LZO",
                "aarch64 | 64K | 52 | ZLIB",
                "aarch64 | 64K | 42 | SNAPPY",
                "riscv64 | 4K | 39 | ZSTD"
            })
    void shouldMakeTheFileOfTheMachine(String machine, String pageSize, int vaBits, PageCodec codec) throws Exception {
        int shift = 12 + 2 * List.of("4K", "16K", "64K").indexOf(pageSize);
        long first = (GIB >> shift) + 512;
        SyntheticVmcore guest = SyntheticVmcore.write(folder.resolve("guest.elf"), """
                machine %s
                page_size %s
                va_bits %d
                memory 1G-1072M
                memory 20G-20484M
                pages %d..%d buddy order=5
                pages %d..%d anon lru swapbacked
                fill %d..%d random seed=5
                fill %d..%d zero
                """.formatted(
                        machine,
                        pageSize,
                        vaBits,
                        first,
                        first + 64,
                        first + 64,
                        first + 96,
                        first + 96,
                        first + 160,
                        first + 160,
                        first + 170));
        try (Vmcore vmcore = Vmcore.open(guest.file())) {
            Capture.Result captured = line.capture(vmcore, BuiltInRuleSets.level(31), List.of("level-31"), codec, GIB);
            DumpFile file = sink.next();
            assertThat(file.getDumpId()).isEqualTo(captured.dumpId());
            assertThat(file.getProblems()).isEmpty();
            assertThat(file.getComplete()).isTrue();
            assertThat(file.getZeroPages()).isGreaterThanOrEqualTo(10);
            try (KdumpFile kdump = KdumpFile.open(FileCheck.path(file))) {
                assertThat(kdump.header().kernel().machine()).isEqualTo(machine);
                assertThat(kdump.header().pageSize()).isEqualTo(1 << shift);
                assertThat(kdump.header().endPfn()).isEqualTo(guest.endPfn());
                long pages = (48L << 20 >> shift) + (4L << 20 >> shift);
                assertThat(kdump.presentPages()).isEqualTo(pages);
                assertThat(kdump.keptPages()).isEqualTo(pages - 96);
                ByteBuffer page = ByteBuffer.allocate(1 << shift);
                for (long pfn = kdump.nextKept(0); pfn >= 0; pfn = kdump.nextKept(pfn + 1)) {
                    kdump.readPage(pfn, page.clear());
                    assertThat(page.array()).as("page frame %d", pfn).isEqualTo(guest.page(pfn));
                }
            }
        }
        assertThat(guest.endPfn())
                .as("the second place is in a stripe of its own")
                .isGreaterThan(1 << 18);
    }
}
