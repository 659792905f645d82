// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;

class KdumpRoundTripTest {
    @TempDir
    Path folder;

    static Stream<Arguments> codecsAndPageSizes() {
        return Stream.of(PageCodec.ZLIB, PageCodec.LZO, PageCodec.SNAPPY, PageCodec.ZSTD)
                .flatMap(codec -> Stream.of(4096, 16_384, 65_536).map(size -> Arguments.of(codec, size)));
    }

    @ParameterizedTest
    @MethodSource("codecsAndPageSizes")
    void shouldReadWhatWasWritten(PageCodec codec, int pageSize) throws Exception {
        long endPfn = (32 << 20) / pageSize;
        Map<Long, byte[]> pages = KdumpFixture.pages(pageSize, endPfn, 42);
        KdumpHeader header = KdumpFixture.header(codec, pageSize, endPfn, 31);
        PfnBitmap present = KdumpFixture.full(endPfn);
        Path file = folder.resolve("dump");
        KdumpFileWriter.Summary summary = KdumpFixture.write(file, header, present, pages);

        assertThat(summary.size()).isEqualTo(Files.size(file));
        assertThat(summary.crc32c()).isEqualTo(KdumpFixture.crc(file));
        assertThat(summary.pages()).isEqualTo(pages.size());
        assertThat(summary.zeroPages())
                .isEqualTo(pages.values().stream().filter(KdumpFixture::isZero).count());
        assertThat(summary.missing()).isZero();
        assertContents(file, pages, pageSize, endPfn);
        try (KdumpFile dump = KdumpFile.open(file)) {
            assertThat(dump.header()).usingRecursiveComparison().isEqualTo(header);
            assertThat(dump.status()).isEqualTo(codec.kdumpFlag());
            assertThat(dump.incomplete()).isFalse();
            assertThat(dump.vmcoreInfo()).isEqualTo(KdumpFixture.VMCOREINFO);
            assertThat(dump.keptPages()).isEqualTo(pages.size());
            assertThat(dump.presentPages()).isEqualTo(endPfn);
        }
    }

    @Test
    void shouldReadSparseDumpAcrossBitmapSections() throws Exception {
        long endPfn = 5 * 32_768 + 77;
        Map<Long, byte[]> pages = new TreeMap<>();
        for (long pfn : new long[] {0, 63, 64, 32_767, 32_768, 98_304, 131_071, endPfn - 2, endPfn - 1}) {
            pages.put(pfn, KdumpFixture.pages(4096, 9, pfn).values().iterator().next());
        }
        Path file = folder.resolve("dump");
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, 4096, endPfn, 30);
        KdumpFixture.write(file, header, KdumpFixture.full(endPfn), pages);
        assertContents(file, pages, 4096, endPfn);
    }

    @Test
    void shouldWriteMoreThanTheWindowsHold() throws Exception {
        // 40,000 descriptors and 8 MiB of raw pages
        long endPfn = 40_000;
        Map<Long, byte[]> pages = new TreeMap<>();
        for (long pfn = 0; pfn < endPfn; pfn++) {
            pages.put(pfn, new byte[4096]);
        }
        for (long pfn = 0; pfn < 2000; pfn++) {
            byte[] page = new byte[4096];
            new java.util.Random(pfn).nextBytes(page);
            pages.put(pfn * 17, page);
        }
        Path file = folder.resolve("dump");
        KdumpHeader header = KdumpFixture.header(PageCodec.SNAPPY, 4096, endPfn, 1);
        KdumpFileWriter.Summary summary = KdumpFixture.write(file, header, KdumpFixture.full(endPfn), pages);
        assertThat(summary.crc32c()).isEqualTo(KdumpFixture.crc(file));
        assertThat(summary.zeroPages()).isEqualTo(38_000);
        assertContents(file, pages, 4096, endPfn);
    }

    @Test
    void shouldWriteDumpWithoutPages() throws Exception {
        for (long endPfn : new long[] {0, 1, 100_000}) {
            Path file = folder.resolve("dump-" + endPfn);
            KdumpHeader header = KdumpFixture.header(PageCodec.LZO, 4096, endPfn, 30);
            KdumpFileWriter.Summary summary = KdumpFixture.write(file, header, KdumpFixture.full(endPfn), Map.of());
            assertThat(summary.pages()).isZero();
            assertThat(summary.crc32c()).isEqualTo(KdumpFixture.crc(file));
            assertThat(summary.size())
                    .isEqualTo(KdumpLayout.of(4096, endPfn, KdumpFixture.notes().length)
                            .descriptorsOffset());
            try (KdumpFile dump = KdumpFile.open(file)) {
                assertThat(dump.keptPages()).isZero();
                assertThat(dump.nextKept(0)).isEqualTo(-1);
                assertThat(dump.presentPages()).isEqualTo(endPfn);
            }
        }
    }

    @Test
    void shouldWriteDumpWithoutNotes() throws Exception {
        KdumpHeader header = new KdumpHeader(KdumpFixture.KERNEL, 4096, 10, 0, PageCodec.ZLIB, 0, new byte[0], 0, 0);
        Path file = folder.resolve("dump");
        KdumpFixture.write(file, header, KdumpFixture.full(10), KdumpFixture.pages(4096, 10, 1));
        try (KdumpFile dump = KdumpFile.open(file)) {
            assertThat(dump.header().notes()).isEmpty();
            assertThat(dump.vmcoreInfo()).isEmpty();
        }
    }

    @Test
    void shouldSayThatVmemmapIsLeftOut() throws Exception {
        for (boolean excluded : new boolean[] {true, false}) {
            KdumpHeader header = new KdumpHeader(
                    KdumpFixture.KERNEL, 4096, 10, 31, PageCodec.SNAPPY, 0, new byte[0], 0, 0, excluded);
            Path file = folder.resolve("dump");
            KdumpFixture.write(file, header, KdumpFixture.full(10), KdumpFixture.pages(4096, 10, 1));
            try (KdumpFile dump = KdumpFile.open(file)) {
                assertThat(dump.status()).isEqualTo(excluded ? 0x14 : 0x4);
                assertThat(dump.header().vmemmapExcluded()).isEqualTo(excluded);
            }
        }
    }

    @Test
    void shouldGiveTheSameBytesForTheSameInput() throws Exception {
        Map<Long, byte[]> pages = KdumpFixture.pages(4096, 5000, 3);
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, 4096, 5000, 31);
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        KdumpFileWriter.Summary summary = KdumpFixture.write(first, header, KdumpFixture.full(5000), pages);
        assertThat(KdumpFixture.write(second, header, KdumpFixture.full(5000), pages))
                .isEqualTo(summary);
        assertThat(second).hasSameBinaryContentAs(first);
    }

    @Test
    void shouldReadDumpOfAllMissingPages() throws Exception {
        Path file = folder.resolve("dump");
        KdumpHeader header = KdumpFixture.header(PageCodec.LZO, 4096, 100, 31);
        PfnBitmap kept = KdumpFixture.bitmap(100, 5, 6, 99);
        try (KdumpFileWriter writer = KdumpFileWriter.create(file, header, KdumpFixture.full(100), kept)) {
            assertThat(writer.finish(false).missing()).isEqualTo(3);
        }
        try (KdumpFile dump = KdumpFile.open(file)) {
            assertThat(dump.incomplete()).isTrue();
            assertThat(dump.descriptor(5)).isEqualTo(PageDescriptor.MISSING);
            assertThatThrownBy(() -> dump.readPage(99, ByteBuffer.allocate(4096)))
                    .isInstanceOf(VmcoreException.class)
                    .hasMessage(
                            file
                                    + ": page frame 99 is missing, expected a page: its descriptor is not there, or leads to none");
            assertThatThrownBy(() -> dump.readPage(7, ByteBuffer.allocate(4096)))
                    .hasMessage(file + ": page frame 7 is not in the file, expected one of 3 kept below 100");
        }
    }

    private static void assertContents(Path file, Map<Long, byte[]> pages, int pageSize, long endPfn)
            throws IOException {
        try (KdumpFile dump = KdumpFile.open(file)) {
            long expected = -1;
            ByteBuffer page = ByteBuffer.allocate(pageSize);
            for (Map.Entry<Long, byte[]> entry : pages.entrySet()) {
                long pfn = entry.getKey();
                assertThat(dump.nextKept(expected + 1)).isEqualTo(pfn);
                assertThat(dump.kept(pfn)).isTrue();
                expected = pfn;
                dump.readPage(pfn, page.clear());
                assertThat(page.hasRemaining()).isFalse();
                assertThat(java.util.Arrays.equals(page.array(), entry.getValue()))
                        .as("page frame %d", pfn)
                        .isTrue();
            }
            assertThat(dump.nextKept(expected + 1)).isEqualTo(-1);
            assertThat(dump.kept(endPfn)).isFalse();
            assertThat(dump.kept(-1)).isFalse();
            assertThat(dump.keptPages()).isEqualTo(pages.size());
        }
    }
}
