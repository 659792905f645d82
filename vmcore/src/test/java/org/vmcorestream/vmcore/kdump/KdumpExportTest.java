// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;
import org.vmcorestream.vmcore.file.FlattenedTarget;

/** A stored dump written once more as a kdump file. */
class KdumpExportTest {
    private static final int PAGE = 4096;
    private static final long END = 36_000;
    private static final long SEED = 20_261_123;

    @TempDir
    private Path folder;

    private static final Map<Long, byte[]> PAGES = KdumpFixture.pages(PAGE, END, SEED);

    private Path whole(PageCodec codec, int level) throws IOException {
        Path file = folder.resolve("whole-" + codec + "-" + level);
        KdumpFixture.write(file, KdumpFixture.header(codec, PAGE, END, level), KdumpFixture.full(END), PAGES);
        return file;
    }

    private static byte[] export(PageCodec codec, List<Path> files) throws IOException {
        MemoryTarget target = new MemoryTarget();
        try (StoredDump dump = StoredDump.open(files)) {
            DumpExport.kdump(dump, codec, most -> target, (done, total) -> {});
        }
        return target.bytes();
    }

    @ParameterizedTest
    @CsvSource({"ZLIB, 31", "LZO, 30", "SNAPPY, 1", "ZSTD, 0"})
    void shouldGiveTheSameBytesInTheSameCodec(PageCodec codec, int level) throws IOException {
        Path file = whole(codec, level);
        assertThat(export(codec, List.of(file))).isEqualTo(Files.readAllBytes(file));
    }

    @ParameterizedTest
    @CsvSource({"ZLIB, LZO, 31", "LZO, SNAPPY, 30", "SNAPPY, ZSTD, 31", "ZSTD, ZLIB, 0"})
    void shouldGiveTheBytesThatAFileInTheOtherCodecHas(PageCodec from, PageCodec to, int level) throws IOException {
        assertThat(export(to, List.of(whole(from, level)))).isEqualTo(Files.readAllBytes(whole(to, level)));
    }

    @Test
    void shouldJoinASplitDumpAsAssembleDoes() throws IOException {
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, END, 31);
        List<Path> parts = SplitFixture.write(folder, header, PAGES, 20_000, 20_001, END);
        Path assembled = folder.resolve("assembled");
        SplitFixture.assemble(assembled, parts);
        assertThat(export(PageCodec.ZSTD, List.of(parts.get(2), parts.get(0), parts.get(1))))
                .isEqualTo(Files.readAllBytes(assembled))
                .isEqualTo(Files.readAllBytes(whole(PageCodec.ZSTD, 31)));
    }

    @Test
    void shouldBecomeTheSameFileByWayOfAFlattenedStream() throws IOException {
        Path file = whole(PageCodec.LZO, 31);
        MemoryTarget stream = new MemoryTarget();
        try (StoredDump dump = StoredDump.open(List.of(file))) {
            DumpExport.kdump(dump, PageCodec.LZO, most -> new FlattenedTarget(stream), (done, total) -> {});
        }
        assertThat(MemoryTarget.rearranged(stream.bytes())).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void shouldReadNoPageButThoseThatAreThere() throws IOException {
        Path file = folder.resolve("incomplete");
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, 100, 31);
        byte[] noise = PAGES.values().stream()
                .filter(page -> !KdumpFixture.isZero(page))
                .findFirst()
                .orElseThrow();
        try (KdumpFileWriter writer =
                        KdumpFileWriter.create(file, header, KdumpFixture.full(100), KdumpFixture.full(100));
                PageCompressor compressor = PageCompressor.of(PageCodec.ZSTD)) {
            KdumpFixture.add(writer, compressor, 10, noise);
            writer.addZeroPage(11);
            writer.finish(false);
        }
        MemoryTarget target = new MemoryTarget();
        try (StoredDump dump = StoredDump.open(List.of(file))) {
            DumpExport.Summary summary = DumpExport.kdump(dump, PageCodec.ZSTD, most -> target, (done, total) -> {});
            assertThat(summary.incomplete()).isTrue();
            assertThat(summary.missing()).isEqualTo(98);
            assertThat(summary.zeroPages()).isEqualTo(1);
            assertThat(summary.pages()).isEqualTo(100);
        }
        assertThat(target.bytes()).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void shouldCarryWhatMakedumpfileErased() throws IOException {
        Path file = whole(PageCodec.ZSTD, 31);
        long end = Files.size(file);
        byte[] erased = "erase init_task.cred 176".getBytes(StandardCharsets.US_ASCII);
        SplitFixture.put(file, end, erased);
        SplitFixture.putLong(file, PAGE + 64, end);
        SplitFixture.putLong(file, PAGE + 72, erased.length);
        byte[] exported = export(PageCodec.LZO, List.of(file));
        ByteBuffer bytes = ByteBuffer.wrap(exported).order(ByteOrder.LITTLE_ENDIAN);
        int at = (int) bytes.getLong(PAGE + 64);
        assertThat(bytes.getLong(PAGE + 72)).isEqualTo(erased.length);
        assertThat(Arrays.copyOfRange(exported, at, exported.length)).isEqualTo(erased);
        assertThat(export(PageCodec.ZSTD, List.of(file))).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void shouldTellHowFarItIs() throws IOException {
        Path file = whole(PageCodec.ZSTD, 31);
        long[] last = new long[2];
        try (StoredDump dump = StoredDump.open(List.of(file))) {
            DumpExport.kdump(dump, PageCodec.ZSTD, most -> new MemoryTarget(), (done, total) -> {
                assertThat(done).isGreaterThan(last[0]);
                last[0] = done;
                last[1] = total;
            });
        }
        assertThat(last).containsExactly(PAGES.size(), PAGES.size());
    }

    private void assertRefused(Path file, String message) {
        assertThatExceptionOfType(VmcoreException.class)
                .isThrownBy(() -> export(PageCodec.ZSTD, List.of(file)))
                .withMessage(file + ": " + message);
    }

    private static long descriptors(Path file) throws IOException {
        try (StoredDump dump = StoredDump.open(List.of(file))) {
            return dump.parts().get(0).layout().descriptorsOffset();
        }
    }

    private long pfn(int index) {
        return PAGES.keySet().stream().skip(index).findFirst().orElseThrow();
    }

    @Test
    void shouldRefuseAPageThatLiesBehindTheEnd() throws IOException {
        Path file = whole(PageCodec.ZSTD, 31);
        long at = descriptors(file);
        long data = at + 24L * PAGES.size();
        SplitFixture.putLong(file, at + 24 * 5, Files.size(file));
        SplitFixture.putInt(file, at + 24 * 5 + 8, 100);
        SplitFixture.putInt(file, at + 24 * 5 + 12, 0x20);
        assertRefused(
                file,
                "page frame " + pfn(5) + " has 100 bytes at offset " + Files.size(file)
                        + " with flags 0x20, expected them between offset " + data + " and the end of the file at "
                        + Files.size(file));
    }

    @Test
    void shouldRefuseManyPagesThatShareTheirBytes() throws IOException {
        Path file = folder.resolve("shared");
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, 64, 0);
        byte[] noise = new byte[PAGE];
        new Random(SEED).nextBytes(noise);
        Map<Long, byte[]> few = new TreeMap<>();
        for (long pfn = 0; pfn < 64; pfn++) {
            few.put(pfn, pfn == 0 ? noise : new byte[PAGE]);
        }
        KdumpFixture.write(file, header, KdumpFixture.full(64), few);
        long at = descriptors(file);
        long data = at + 24 * 64;
        for (int i = 1; i < 64; i++) {
            SplitFixture.putLong(file, at + 24L * i, data);
        }
        assertRefused(
                file,
                "page frame 2 has 4096 bytes at offset " + data
                        + " with flags 0x0, expected no more than 8192 bytes of pages together, which is what the file has");
    }

    @Test
    void shouldRefuseAMissingPageInAFileThatSaysItIsComplete() throws IOException {
        Path file = whole(PageCodec.ZSTD, 31);
        long at = descriptors(file) + 24 * 3;
        SplitFixture.putLong(file, at, 0);
        SplitFixture.putInt(file, at + 8, 0);
        SplitFixture.putInt(file, at + 12, 0);
        assertRefused(
                file,
                "page frame " + pfn(3)
                        + " has 0 bytes at offset 0 with flags 0x0, expected a page: the file does not say that it is"
                        + " incomplete");
    }

    @Test
    void shouldNameThePageWhoseBytesAreDamaged() throws IOException {
        Path file = whole(PageCodec.LZO, 31);
        int index = 0;
        while (KdumpFixture.isZero(PAGES.get(pfn(index)))
                || PAGES.get(pfn(index))[PAGE - 1] != 0
                || PAGES.get(pfn(index))[PAGE - 2] != 0) {
            index++;
        }
        long offset;
        try (KdumpFile dump = KdumpFile.open(file)) {
            offset = dump.descriptor(pfn(index)).offset();
        }
        byte[] bad = new byte[16];
        Arrays.fill(bad, (byte) 0xff);
        SplitFixture.put(file, offset, bad);
        long pfn = pfn(index);
        assertThatExceptionOfType(VmcoreException.class)
                .isThrownBy(() -> export(PageCodec.ZSTD, List.of(file)))
                .withMessageStartingWith(file + ": page frame " + pfn + " at offset " + offset + ": lzo page of ");
    }

    @Test
    void shouldRefuseOnePartOfASplitDumpAlone() throws IOException {
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, END, 31);
        List<Path> parts = SplitFixture.write(folder, header, PAGES, 20_000, END);
        assertThatExceptionOfType(VmcoreException.class)
                .isThrownBy(() -> StoredDump.open(parts.subList(0, 1)))
                .withMessageContaining(
                        parts.get(0) + ": is one part of a split dump, with page frames 0 to before 20000, expected");
        assertThatExceptionOfType(VmcoreException.class)
                .isThrownBy(() -> StoredDump.open(List.of(whole(PageCodec.ZSTD, 31), parts.get(0))))
                .withMessageContaining("has 0 in field split");
    }
}
