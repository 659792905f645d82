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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;
import org.vmcorestream.vmcore.elf.ElfCore;
import org.vmcorestream.vmcore.elf.Segment;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.file.FlattenedTarget;

/** A stored dump as an ELF file. */
class ElfExportTest {
    private static final int PAGE = 4096;
    private static final long SEED = 4_711;

    @TempDir
    private Path folder;

    private static byte[] noise(long pfn) {
        byte[] page = new byte[PAGE];
        new Random(pfn).nextBytes(page);
        return page;
    }

    /** A dump of 100 page frames: memory is 2-39 and 50-99; kept are 4-6 (5 zeros), 10, 39 and 60 (zeros). */
    private Path small() throws IOException {
        PfnBitmap present = new PfnBitmap(100);
        present.set(2, 40);
        present.set(50, 100);
        Map<Long, byte[]> pages = new TreeMap<>();
        for (long pfn : new long[] {4, 6, 10, 39}) {
            pages.put(pfn, noise(pfn));
        }
        pages.put(5L, new byte[PAGE]);
        pages.put(60L, new byte[PAGE]);
        Path file = folder.resolve("small");
        KdumpFixture.write(file, KdumpFixture.header(PageCodec.LZO, PAGE, 100, 31), present, pages);
        return file;
    }

    private Path elf(Path file, DumpExport.Summary[] summary) throws IOException {
        MemoryTarget target = new MemoryTarget();
        try (StoredDump dump = StoredDump.open(List.of(file))) {
            summary[0] = DumpExport.elf(dump, most -> target, (done, total) -> {});
        }
        return Files.write(folder.resolve("elf"), target.bytes());
    }

    private static List<Segment> loads(Path elf) throws IOException {
        try (DumpFile file = DumpFile.open(elf, DumpFile.ReadObserver.NONE)) {
            return ElfCore.read(file).loads();
        }
    }

    private static ByteBuffer bytes(Path elf) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(elf)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void shouldCoverMemoryAndLeaveOutWhatTheDumpDoes() throws IOException {
        DumpExport.Summary[] summary = new DumpExport.Summary[1];
        Path elf = elf(small(), summary);
        List<Segment> loads = loads(elf);
        assertThat(loads.stream().map(load -> load.phys() / PAGE)).containsExactly(2L, 4L, 10L, 39L, 50L, 60L);
        assertThat(loads.stream().map(load -> load.memorySize() / PAGE)).containsExactly(2L, 6L, 29L, 1L, 10L, 40L);
        assertThat(loads.stream().map(load -> load.fileSize() / PAGE)).containsExactly(0L, 3L, 1L, 1L, 0L, 1L);
        assertThat(loads.stream().filter(load -> load.fileSize() == 0))
                .allSatisfy(load -> assertThat(load.offset()).isZero());
        assertThat(summary[0]).isEqualTo(new DumpExport.Summary(Files.size(elf), 6, 2, 0, false, 6, 0));
        ByteBuffer bytes = bytes(elf);
        int first = (int) loads.get(1).offset();
        assertThat(Arrays.copyOfRange(bytes.array(), first, first + PAGE)).isEqualTo(noise(4));
        assertThat(Arrays.copyOfRange(bytes.array(), first + PAGE, first + 2 * PAGE))
                .isEqualTo(new byte[PAGE]);
        assertThat(Arrays.copyOfRange(bytes.array(), first + 2 * PAGE, first + 3 * PAGE))
                .isEqualTo(noise(6));
    }

    @Test
    void shouldHaveTheHeaderOfACoreFile() throws IOException {
        Path elf = elf(small(), new DumpExport.Summary[1]);
        ByteBuffer bytes = bytes(elf);
        assertThat(Arrays.copyOf(bytes.array(), 16))
                .containsExactly(0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(bytes.getShort(16)).as("e_type").isEqualTo((short) 4);
        assertThat(bytes.getShort(18)).as("e_machine").isEqualTo((short) 62);
        assertThat(bytes.getInt(20)).as("e_version").isEqualTo(1);
        assertThat(bytes.getLong(32)).as("e_phoff").isEqualTo(64);
        assertThat(bytes.getInt(48)).as("e_flags").isZero();
        assertThat(bytes.getShort(52)).as("e_ehsize").isEqualTo((short) 64);
        assertThat(bytes.getShort(54)).as("e_phentsize").isEqualTo((short) 56);
        assertThat(bytes.getShort(56)).as("e_phnum").isEqualTo((short) 7);
        assertThat(bytes.getInt(64)).as("notes").isEqualTo(4);
        int notes = (int) bytes.getLong(72);
        assertThat(notes).isEqualTo(64 + 7 * 56);
        byte[] expected = KdumpFixture.notes();
        assertThat(bytes.getLong(96)).isEqualTo(expected.length);
        assertThat(Arrays.copyOfRange(bytes.array(), notes, notes + expected.length))
                .isEqualTo(expected);
        assertThat(bytes.getLong(120 + 16)).as("p_vaddr").isEqualTo(bytes.getLong(120 + 24));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 4096 - 64 - 2 * 56, 4096 - 64 - 2 * 56 - 7, 3 * 4096 - 64 - 2 * 56})
    void shouldNeverPutPagesAtAMultipleOfTheirSize(int notes) throws IOException {
        Path file = folder.resolve("aligned");
        KdumpHeader header =
                new KdumpHeader(KdumpFixture.KERNEL, PAGE, 64, 31, PageCodec.LZO, 0, new byte[notes], 0, 0);
        KdumpFixture.write(file, header, KdumpFixture.full(64), new TreeMap<>(Map.of(0L, noise(0), 1L, noise(1))));
        Path elf = elf(file, new DumpExport.Summary[1]);
        Segment load = loads(elf).get(0);
        assertThat(load.offset() % PAGE).isNotZero();
        assertThat(load.offset()).isGreaterThanOrEqualTo(64 + 2 * 56 + notes);
        assertThat(Arrays.copyOfRange(bytes(elf).array(), (int) load.offset(), (int) load.offset() + PAGE))
                .isEqualTo(noise(0));
    }

    @Test
    void shouldTakeLongerRunsAloneWhereSegmentsAreFew() throws IOException {
        try (StoredDump dump = StoredDump.open(List.of(small()))) {
            ElfSegments segments = ElfSegments.of(dump, 3);
            assertThat(segments.gap()).isEqualTo(16);
            assertThat(segments.count()).isEqualTo(3);
            assertThat(segments.blanks()).isEqualTo(2 + 3 + 10);
            assertThat(segments.first(1)).isEqualTo(39);
            assertThat(segments.filePages(0)).isEqualTo(9);
            assertThat(segments.pages(0)).isEqualTo(37);
            assertThat(segments.filePages(2)).isEqualTo(11);
        }
        try (StoredDump dump = StoredDump.open(List.of(small()))) {
            assertThatExceptionOfType(VmcoreException.class)
                    .isThrownBy(() -> ElfSegments.of(dump, 1))
                    .withMessageContaining("has 2 pieces of memory in its 1st bitmap, expected at most 1");
        }
    }

    @Test
    void shouldHaveEveryPageAtItsPlace() throws IOException {
        long endPfn = 9_000;
        Map<Long, byte[]> pages = KdumpFixture.pages(PAGE, endPfn, SEED);
        Path file = folder.resolve("many");
        KdumpFixture.write(
                file, KdumpFixture.header(PageCodec.ZSTD, PAGE, endPfn, 31), KdumpFixture.full(endPfn), pages);
        Path elf = elf(file, new DumpExport.Summary[1]);
        ByteBuffer bytes = bytes(elf);
        List<Long> found = new ArrayList<>();
        long next = 0;
        for (Segment load : loads(elf)) {
            assertThat(load.phys()).isEqualTo(next);
            next += load.memorySize();
            for (long at = 0; at < load.fileSize(); at += PAGE) {
                long pfn = (load.phys() + at) / PAGE;
                byte[] page = new byte[PAGE];
                bytes.get((int) (load.offset() + at), page);
                assertThat(page).as("page frame %d, seed %d", pfn, SEED).isEqualTo(pages.get(pfn));
                found.add(pfn);
            }
        }
        assertThat(next).isEqualTo(endPfn * PAGE);
        assertThat(found).containsExactlyElementsOf(pages.keySet());
    }

    @Test
    void shouldNotSendPagesOfZeros() throws IOException {
        MemoryTarget stream = new MemoryTarget();
        try (StoredDump dump = StoredDump.open(List.of(small()))) {
            DumpExport.elf(dump, most -> new FlattenedTarget(stream), (done, total) -> {});
        }
        assertThat(stream.bytes().length).isLessThan(4096 + 5 * PAGE + 1000);
        assertThat(MemoryTarget.rearranged(stream.bytes()))
                .isEqualTo(Files.readAllBytes(elf(small(), new DumpExport.Summary[1])));
    }

    @Test
    void shouldSayWhatAnIncompleteDumpLacks() throws IOException {
        Path file = folder.resolve("incomplete");
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, 64, 31);
        try (KdumpFileWriter writer =
                        KdumpFileWriter.create(file, header, KdumpFixture.full(64), KdumpFixture.full(64));
                PageCompressor compressor = PageCompressor.of(PageCodec.ZSTD)) {
            for (long pfn : new long[] {3, 4, 9}) {
                KdumpFixture.add(writer, compressor, pfn, noise(pfn));
            }
            writer.finish(false);
        }
        DumpExport.Summary[] summary = new DumpExport.Summary[1];
        Path elf = elf(file, summary);
        assertThat(summary[0].missing()).isEqualTo(61);
        assertThat(summary[0].incomplete()).isTrue();
        assertThat(bytes(elf).getInt(48)).as("e_flags").isEqualTo(1);
        List<Segment> loads = loads(elf);
        assertThat(loads.stream().map(load -> load.phys() / PAGE)).containsExactly(0L, 3L, 9L);
        assertThat(loads.stream().map(load -> load.fileSize() / PAGE)).containsExactly(0L, 2L, 1L);
        assertThat(loads.get(2).memorySize()).isEqualTo(55 * PAGE);
    }

    @Test
    void shouldCarryWhatMakedumpfileErasedAsANote() throws IOException {
        Path file = small();
        long end = Files.size(file);
        byte[] erased = "erase saved_command_line".getBytes(StandardCharsets.US_ASCII);
        SplitFixture.put(file, end, erased);
        SplitFixture.putLong(file, PAGE + 64, end);
        SplitFixture.putLong(file, PAGE + 72, erased.length);
        ByteBuffer bytes = bytes(elf(file, new DumpExport.Summary[1]));
        int note = (int) bytes.getLong(72) + (KdumpFixture.notes().length + 3 & ~3);
        assertThat(bytes.getInt(note)).isEqualTo(10);
        assertThat(bytes.getInt(note + 4)).isEqualTo(erased.length);
        assertThat(bytes.getInt(note + 8)).isZero();
        assertThat(new String(bytes.array(), note + 12, 12, StandardCharsets.US_ASCII))
                .isEqualTo("ERASEINFO\0\0\0");
        assertThat(Arrays.copyOfRange(bytes.array(), note + 24, note + 24 + erased.length))
                .isEqualTo(erased);
        assertThat(bytes.getLong(96)).isEqualTo(note + 24 + erased.length - bytes.getLong(72));
    }

    @Test
    void shouldRefuseAPageThatIsKeptAndNoMemory() throws IOException {
        Path file = small();
        long kept = 3 * PAGE;
        SplitFixture.put(file, kept + 45 / 8, new byte[] {(byte) (1 << 45 % 8)});
        try (StoredDump dump = StoredDump.open(List.of(file))) {
            assertThatExceptionOfType(VmcoreException.class)
                    .isThrownBy(() -> ElfSegments.of(dump, 100))
                    .withMessage(file + ": page frame 45 is kept in the 2nd bitmap, expected one that is memory in the"
                            + " 1st bitmap");
        }
    }

    @Test
    void shouldRefuseAMachineThatItDoesNotKnow() throws IOException {
        KernelIdentity other = new KernelIdentity("Linux", "n", "6", "v", "s390x", "(none)", "", 1, 0);
        Path file = folder.resolve("s390x");
        KdumpFixture.write(
                file,
                new KdumpHeader(other, PAGE, 64, 31, PageCodec.LZO, 0, new byte[0], 0, 0),
                KdumpFixture.full(64),
                Map.of());
        assertThatExceptionOfType(VmcoreException.class)
                .isThrownBy(() -> elf(file, new DumpExport.Summary[1]))
                .withMessage(file + ": is of machine 's390x', expected x86_64, aarch64 or riscv64 to write an ELF file"
                        + " of");
    }

    @Test
    void shouldMakeAFileOfADumpWithoutPages() throws IOException {
        Path file = folder.resolve("empty");
        KdumpFixture.write(file, KdumpFixture.header(PageCodec.LZO, PAGE, 64, 31), KdumpFixture.full(64), Map.of());
        Path elf = elf(file, new DumpExport.Summary[1]);
        assertThat(loads(elf)).singleElement().satisfies(load -> {
            assertThat(load.fileSize()).isZero();
            assertThat(load.memorySize()).isEqualTo(64 * PAGE);
        });
    }
}
