// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Kdump files whose end is missing: what is there is read, and becomes a file that says that it is incomplete. */
class CutFileTest {
    private static final int PAGE = 4096;
    private static final long END = 9000;

    @TempDir
    private Path folder;

    private final Map<Long, byte[]> pages = KdumpFixture.pages(PAGE, END, 17);

    private Path whole(PageCodec codec, int level) throws IOException {
        Path file = folder.resolve("whole");
        KdumpFixture.write(file, KdumpFixture.header(codec, PAGE, END, level), KdumpFixture.full(END), pages);
        return file;
    }

    @ParameterizedTest
    @CsvSource({"ZSTD, 31, 1", "LZO, 0, 1", "ZLIB, 31, 100000", "SNAPPY, 0, 3000000"})
    void shouldBecomeAnIncompleteFileOfThePagesThatAreThere(PageCodec codec, int level, int less) throws IOException {
        byte[] bytes = Files.readAllBytes(whole(codec, level));
        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, bytes.length - less));
        Path out = folder.resolve("out");
        long there = 0;
        try (KdumpFile file = KdumpFile.open(cut)) {
            assertThat(file.incomplete()).isTrue();
            ByteBuffer page = ByteBuffer.allocate(PAGE);
            for (Map.Entry<Long, byte[]> wanted : pages.entrySet()) {
                if (!file.descriptor(wanted.getKey()).missing()) {
                    file.readPage(wanted.getKey(), page.clear());
                    assertThat(page.array()).isEqualTo(wanted.getValue());
                    there++;
                }
            }
        }
        assertThat(there).isPositive().isLessThan(pages.size());
        try (StoredDump dump = StoredDump.open(List.of(cut))) {
            assertThat(dump.cut()).isPresent();
            DumpExport.Summary summary =
                    DumpExport.kdump(dump, codec, most -> DumpExport.file(out), (done, total) -> {});
            assertThat(summary.incomplete()).isTrue();
            assertThat(summary.missing()).isEqualTo(pages.size() - there);
        }
        try (StoredDump made = StoredDump.open(List.of(out))) {
            assertThat(made.incomplete()).isTrue();
            assertThat(made.cut()).isEmpty();
        }
    }

    @Test
    void shouldNotTakeAWholeFileForOneThatWasCut() throws IOException {
        for (int level : new int[] {0, 31}) {
            try (StoredDump dump = StoredDump.open(List.of(whole(PageCodec.ZSTD, level)))) {
                assertThat(dump.cut()).isEmpty();
                assertThat(dump.incomplete()).isFalse();
            }
        }
    }

    @Test
    void shouldNotLookForTheEndAmongPagesOfZeros() throws IOException {
        Path file = folder.resolve("zeros");
        pages.replaceAll((pfn, page) -> new byte[PAGE]);
        KdumpFixture.write(file, KdumpFixture.header(PageCodec.LZO, PAGE, END, 0), KdumpFixture.full(END), pages);
        try (StoredDump dump = StoredDump.open(List.of(file))) {
            assertThat(dump.incomplete()).isFalse();
        }
    }
}
