// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;

/** What a file of one part looks like, and that the parts of a dump become the file of all of it. */
class SplitFileTest {
    private static final int PAGE = 4096;

    @TempDir
    private Path folder;

    @Test
    void shouldPutTheRangeWhereReadersLookForIt() throws IOException {
        KdumpHeader header = KdumpFixture.header(PageCodec.LZO, PAGE, 40_000, 31);
        PfnBitmap kept = KdumpFixture.bitmap(40_000, 3, 9, 20_000, 39_999);
        Path file = folder.resolve("part");
        byte[] noise = new byte[PAGE];
        new Random(1).nextBytes(noise);
        try (KdumpFileWriter writer =
                KdumpFileWriter.create(file, header.ofPart(new PfnRun(9, 39_999)), KdumpFixture.full(40_000), kept)) {
            writer.addPage(9, ByteBuffer.wrap(noise), 0, 50, false);
            writer.addZeroPage(20_000);
            KdumpFileWriter.Summary summary = writer.finish(false);
            assertThat(summary.pages()).isEqualTo(2);
            assertThat(summary.size()).isEqualTo(Files.size(file));
            assertThat(summary.crc32c()).isEqualTo(KdumpFixture.crc(file));
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getInt(PAGE + 12)).as("split").isEqualTo(1);
        assertThat(bytes.getLong(PAGE + 16)).as("start_pfn").isEqualTo(9);
        assertThat(bytes.getLong(PAGE + 24)).as("end_pfn").isEqualTo(39_999);
        assertThat(bytes.getLong(PAGE + 80)).as("start_pfn_64").isEqualTo(9);
        assertThat(bytes.getLong(PAGE + 88)).as("end_pfn_64").isEqualTo(39_999);
        assertThat(bytes.getLong(PAGE + 96)).as("max_mapnr_64").isEqualTo(40_000);
        int bitmaps = 2 * PAGE;
        assertThat(bytes.get(bitmaps + 2 * PAGE))
                .as("2nd bitmap has pages of others")
                .isEqualTo((byte) 8);
        int descriptors = bitmaps + 4 * PAGE;
        int data = descriptors + 4 * 24;
        assertThat(bytes.getLong(descriptors)).as("first page").isEqualTo(data + PAGE);
        assertThat(bytes.getLong(descriptors + 24))
                .as("zero page, first of the data")
                .isEqualTo(data);
        for (int i = descriptors + 2 * 24; i < data; i += 8) {
            assertThat(bytes.getLong(i)).as("hole at %d", i).isZero();
        }
        assertThat(bytes.limit()).isEqualTo(data + PAGE + 50);
    }

    @Test
    void shouldCutRangesThatThirtyTwoBitsCannotHold() {
        KdumpHeader header =
                KdumpFixture.header(PageCodec.LZO, PAGE, 1L << 34, 31).ofPart(new PfnRun(1L << 33, 1L << 34));
        ByteBuffer block = SplitFixture.buffer(SubHeader.SIZE);
        SubHeader.of(header, KdumpLayout.of(PAGE, header.endPfn(), 0)).put(block);

        assertThat(block.getLong(16)).isEqualTo(0xffff_ffffL);
        assertThat(block.getLong(24)).isEqualTo(0xffff_ffffL);
        assertThat(block.getLong(80)).isEqualTo(1L << 33);
        assertThat(block.getLong(88)).isEqualTo(1L << 34);
        assertThat(SubHeader.get(block, MainHeader.of(header, KdumpLayout.of(PAGE, header.endPfn(), 0), false))
                        .whole(0, 0))
                .isEqualTo(SubHeader.of(
                        KdumpFixture.header(PageCodec.LZO, PAGE, 1L << 34, 31),
                        KdumpLayout.of(PAGE, header.endPfn(), 0)));
    }

    @Test
    void shouldRefuseAPageOfAnotherPart() throws IOException {
        KdumpHeader header = KdumpFixture.header(PageCodec.LZO, PAGE, 100, 31).ofPart(new PfnRun(10, 20));
        PfnBitmap kept = KdumpFixture.bitmap(100, 5, 15, 25);
        try (KdumpFileWriter writer =
                KdumpFileWriter.create(folder.resolve("part"), header, KdumpFixture.full(100), kept)) {
            assertThatThrownBy(() -> writer.addZeroPage(5)).isInstanceOf(VmcoreException.class);
            assertThatThrownBy(() -> writer.addZeroPage(25))
                    .isInstanceOf(VmcoreException.class)
                    .hasMessageEndingWith(
                            "page frame 25 is not to be kept, expected one of the second bitmap below 20");
            writer.addZeroPage(15);
            assertThat(writer.finish(false).missing()).isZero();
        }
    }

    @Test
    void shouldRefuseAPartBeyondTheDump() {
        KdumpHeader header = KdumpFixture.header(PageCodec.LZO, PAGE, 100, 31).ofPart(new PfnRun(10, 101));
        PfnBitmap kept = KdumpFixture.bitmap(100, 5);
        assertThatThrownBy(() -> KdumpFileWriter.create(folder.resolve("part"), header, KdumpFixture.full(100), kept))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("part up to page frame 101, expected at most 100");
    }

    @ParameterizedTest
    @CsvSource({
        "ZLIB, 4096, 31, 1",
        "LZO, 4096, 31, 2",
        "SNAPPY, 4096, 16, 3",
        "ZSTD, 4096, 31, 4",
        "ZSTD, 4096, 30, 5",
        "LZO, 65536, 31, 6",
        "SNAPPY, 16384, 0, 7",
    })
    void shouldJoinPartsToTheFileOfTheWhole(PageCodec codec, int pageSize, int level, long seed) throws IOException {
        Random random = new Random(seed);
        for (int round = 0; round < 2; round++) {
            long end = 1 + random.nextInt(400);
            KdumpHeader header = KdumpFixture.header(codec, pageSize, end, level);
            Map<Long, byte[]> pages = KdumpFixture.pages(pageSize, end, seed + 100 * round);
            Path whole = folder.resolve("whole");
            KdumpFileWriter.Summary written = KdumpFixture.write(whole, header, KdumpFixture.full(end), pages);
            List<Path> parts = SplitFixture.write(folder, header, pages, ends(random, end));
            Collections.shuffle(parts, random);

            Path joined = folder.resolve("joined");
            DumpExport.Summary summary = SplitFixture.assemble(joined, parts);

            assertThat(joined).as("seed %d, round %d", seed, round).hasSameBinaryContentAs(whole);
            assertThat(summary)
                    .isEqualTo(
                            new DumpExport.Summary(written.size(), pages.size(), written.zeroPages(), 0, false, 0, 0));
        }
    }

    private static long[] ends(Random random, long end) {
        List<Long> ends = new ArrayList<>();
        for (long at = 0; at < end; ) {
            at = Math.min(end, at + 1 + random.nextInt(150));
            ends.add(at);
        }
        return ends.stream().mapToLong(Long::longValue).toArray();
    }

    @Test
    void shouldJoinMorePagesThanAWindowHolds() throws IOException {
        long end = 50_000;
        KdumpHeader header = KdumpFixture.header(PageCodec.ZLIB, PAGE, end, 0);
        PfnBitmap all = KdumpFixture.full(end);
        Path whole = folder.resolve("whole");
        many(whole, header, all, 0, end);
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        many(first, header.ofPart(new PfnRun(0, 40_003)), all, 0, 40_003);
        many(second, header.ofPart(new PfnRun(40_003, end)), all, 40_003, end);
        List<Long> progress = new ArrayList<>();
        try (StoredDump split = StoredDump.open(List.of(second, first))) {
            assertThat(split.split()).isTrue();
            assertThat(split.files()).isEqualTo(2);
            assertThat(split.pages()).isEqualTo(end);
            DumpExport.kdump(
                    split, PageCodec.ZLIB, most -> DumpExport.file(folder.resolve("joined")), (done, total) -> {
                        assertThat(total).isEqualTo(end);
                        progress.add(done);
                    });
        }
        assertThat(folder.resolve("joined")).hasSameBinaryContentAs(whole);
        assertThat(progress).containsExactly(16_384L, 32_768L, 49_152L, end);
    }

    private static void many(Path file, KdumpHeader header, PfnBitmap all, long first, long end) throws IOException {
        ByteBuffer stored = ByteBuffer.allocate(PAGE);
        try (KdumpFileWriter writer = KdumpFileWriter.create(file, header, all, all)) {
            for (long pfn = first; pfn < end; pfn++) {
                if (pfn % 5 == 0) {
                    writer.addZeroPage(pfn);
                } else {
                    stored.putLong(0, pfn);
                    writer.addPage(pfn, stored, 0, pfn % 97 == 0 ? PAGE : 40, pfn % 97 == 0);
                }
            }
            writer.finish(false);
        }
    }

    @Test
    void shouldCarryWhatMakedumpfileSaysOfErasedData() throws IOException {
        KdumpHeader header = KdumpFixture.header(PageCodec.ZLIB, PAGE, 100, 0);
        Map<Long, byte[]> pages = KdumpFixture.pages(PAGE, 100, 5);
        Path whole = folder.resolve("whole");
        KdumpFixture.write(whole, header, KdumpFixture.full(100), pages);
        List<Path> parts = SplitFixture.write(folder, header, pages, 30, 100);
        long size = Files.size(parts.get(1));
        SplitFixture.put(parts.get(1), size, "erase jiffies size 8\n".getBytes());
        SplitFixture.putLong(parts.get(1), PAGE + 64, size);
        SplitFixture.putLong(parts.get(1), PAGE + 72, 21);

        DumpExport.Summary summary = SplitFixture.assemble(folder.resolve("joined"), parts);

        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(folder.resolve("joined"))).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(summary.size()).isEqualTo(bytes.limit()).isEqualTo(Files.size(whole) + 21);
        assertThat(bytes.getLong(PAGE + 64)).isEqualTo(Files.size(whole));
        assertThat(bytes.getLong(PAGE + 72)).isEqualTo(21);
        byte[] text = new byte[21];
        bytes.get((int) Files.size(whole), text);
        assertThat(new String(text)).isEqualTo("erase jiffies size 8\n");
    }
}
