// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.testkit.KdumpStyle;
import org.vmcorestream.testkit.PageCompression;
import org.vmcorestream.testkit.SyntheticKdump;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageDecompressor;
import org.vmcorestream.vmcore.spool.SpoolListener;

/** The same machine as an ELF vmcore and as kdump files of all kinds: reading gives the same. */
class KdumpReadingTest {
    @TempDir
    Path folder;

    private SyntheticVmcore vmcore;
    private DumpContents expected;

    @BeforeEach
    void write() throws IOException {
        vmcore = SyntheticVmcore.write(folder.resolve("test.elf"), """
                memory 0-0x9f000
                memory 1M-9M
                pages 1536 buddy order=8
                pages 1792 compound order=4
                pages 1900 lru anon
                fill 300..400 random seed=5
                fill 700..900 zero
                fill 1000..1010 lastbyte
                log "[    1.000000] hello"
                panic "sysrq triggered crash"
                """);
        try (Vmcore elf = Vmcore.open(vmcore.file())) {
            expected = DumpContents.of(elf);
        }
    }

    private SyntheticKdump kdump() {
        return SyntheticKdump.of(vmcore);
    }

    private DumpContents read(Path... files) throws IOException {
        try (Vmcore opened = Vmcore.open(List.of(files), OpenSettings.USUAL)) {
            return DumpContents.of(opened);
        }
    }

    private OpenSettings withVmcoreInfo() throws IOException {
        Path text = Files.writeString(folder.resolve("vmcoreinfo"), vmcore.vmcoreInfo());
        return new OpenSettings(
                Optional.of(text), OpenSettings.USUAL.spool(), SpoolListener.NONE, InputStream.nullInputStream());
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6})
    void shouldReadEveryHeaderVersionWithVmcoreInfo(int version) throws IOException {
        assertThat(read(kdump().version(version).write(folder.resolve("dump")))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldReadHeadersWithoutVmcoreInfoWhenSomebodyBringsIt(int version) throws IOException {
        Path file = kdump().version(version).write(folder.resolve("dump"));

        try (Vmcore opened = Vmcore.open(List.of(file), withVmcoreInfo())) {
            assertThat(DumpContents.of(opened)).isEqualTo(expected);
            assertThat(opened.kernel().cpus()).isEqualTo(1);
        }
        assertThatThrownBy(() -> Vmcore.open(file))
                .isInstanceOf(MissingVmcoreInfoException.class)
                .hasMessageStartingWith(file + ": has no VMCOREINFO (kdump header version " + version + ")")
                .hasMessageContaining("--vmcoreinfo FILE");
    }

    @Test
    void shouldReadWhatQemuWrites() throws IOException {
        assertThat(read(kdump().style(KdumpStyle.QEMU).write(folder.resolve("dump"))))
                .isEqualTo(expected);
        Path without = kdump().style(KdumpStyle.QEMU).withoutVmcoreInfo().write(folder.resolve("without"));
        assertThatThrownBy(() -> Vmcore.open(without))
                .isInstanceOf(MissingVmcoreInfoException.class)
                .hasMessageContaining("a guest with -device vmcoreinfo");
        try (Vmcore opened = Vmcore.open(List.of(without), withVmcoreInfo())) {
            assertThat(DumpContents.of(opened)).isEqualTo(expected);
        }
    }

    @Test
    void shouldTakeVmcoreInfoOfAFileForAnElfVmcoreToo() throws IOException {
        SyntheticVmcore without = SyntheticVmcore.write(folder.resolve("without.elf"), "memory 0-8M\nunset VMCOREINFO");

        assertThatThrownBy(() -> Vmcore.open(without.file()))
                .isInstanceOf(MissingVmcoreInfoException.class)
                .hasMessageContaining("--vmcoreinfo FILE");
        SyntheticVmcore with = SyntheticVmcore.write(folder.resolve("with.elf"), "memory 0-8M");
        Path text = Files.writeString(folder.resolve("text"), with.vmcoreInfo());
        OpenSettings settings = new OpenSettings(
                Optional.of(text), OpenSettings.USUAL.spool(), SpoolListener.NONE, InputStream.nullInputStream());
        try (Vmcore opened = Vmcore.open(List.of(without.file()), settings);
                Vmcore whole = Vmcore.open(with.file())) {
            assertThat(DumpContents.of(opened)).isEqualTo(DumpContents.of(whole));
        }
    }

    @ParameterizedTest
    @EnumSource(names = "LZ4", mode = EnumSource.Mode.EXCLUDE)
    void shouldReadEveryCodec(PageCodec codec) throws IOException {
        PageCompression compression = DumpContents.codec(codec);
        assertThat(read(kdump().compression(pfn -> compression).write(folder.resolve("dump"))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(names = "LZ4", mode = EnumSource.Mode.EXCLUDE)
    void shouldHandOverWhatPagesAreStoredAs(PageCodec codec) throws IOException {
        PageCompression compression = DumpContents.codec(codec);
        Path file = kdump().compression(pfn -> pfn == 1500 ? PageCompression.ZLIB : compression)
                .write(folder.resolve("dump"));
        try (Vmcore opened = Vmcore.open(file);
                PageDecompressor decompressor = PageDecompressor.of(codec)) {
            PageReader pages = opened.pages();
            assertThat(pages.stores(codec)).isTrue();
            assertThat(pages.stores(PageCodec.LZ4)).isFalse();
            int first = 256;
            int count = 1300;
            ByteBuffer contents = ByteBuffer.allocateDirect(count * 4096);
            ByteBuffer page = ByteBuffer.allocateDirect(4096);
            int[] next = {first, 0, 0};
            pages.read(first, count, contents, codec, (stored, index, length) -> {
                ByteBuffer wanted = expected.pages().get((long) next[0]++);
                if (length > 0 && length < 4096) {
                    next[1]++;
                    decompress(decompressor, stored, index, length, page);
                    assertThat(page).isEqualTo(wanted);
                } else {
                    next[2] += length == 4096 ? 1 : 0;
                    assertThat(stored).isNull();
                }
            });
            assertThat(next[0]).isEqualTo(first + count);
            assertThat(next[1]).as("pages in the codec").isGreaterThan(500);
            assertThat(next[2])
                    .as("pages that are not shorter, noise and zeros")
                    .isGreaterThanOrEqualTo(300);
            for (int i = 0; i < count; i++) {
                assertThat(contents.slice(i * 4096, 4096))
                        .isEqualTo(expected.pages().get((long) first + i));
            }
        }
        OpenSettings anew = new OpenSettings(
                Optional.empty(), OpenSettings.USUAL.spool(), SpoolListener.NONE, InputStream.nullInputStream(), true);
        try (Vmcore opened = Vmcore.open(List.of(file), anew)) {
            assertThat(opened.pages().stores(codec)).isFalse();
        }
        try (Vmcore elf = Vmcore.open(vmcore.file())) {
            assertThat(elf.pages().stores(codec)).isFalse();
            assertThat(elf.dumpLevel()).isZero();
        }
    }

    private static void decompress(
            PageDecompressor decompressor, ByteBuffer stored, int index, int length, ByteBuffer page) {
        try {
            decompressor.decompress(stored, index, length, page, 0, 4096);
        } catch (VmcoreException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldNotHandOverBytesThatAreNoPage() throws IOException {
        byte[] bytes =
                kdump().compression(pfn -> DumpContents.codec(PageCodec.ZSTD)).bytes();
        int at = kdump().descriptors() + 24 * 400;
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        words.putInt(at + 8, words.getInt(at + 8) - 1);
        Path file = Files.write(folder.resolve("damaged"), bytes);
        try (Vmcore opened = Vmcore.open(file)) {
            assertThatThrownBy(() -> opened.pages()
                            .read(
                                    400,
                                    300,
                                    ByteBuffer.allocateDirect(300 * 4096),
                                    PageCodec.ZSTD,
                                    (stored, i, length) -> {}))
                    .isInstanceOf(VmcoreException.class)
                    .hasMessageStartingWith(file + ": page frame ")
                    .hasMessageContaining("zstd page of ");
        }
    }

    @Test
    void shouldFollowTheFlagsOfEachPage() throws IOException {
        List<PageCompression> codecs = new ArrayList<>(List.of(PageCompression.RAW));
        for (PageCodec codec : List.of(PageCodec.ZLIB, PageCodec.LZO, PageCodec.SNAPPY, PageCodec.ZSTD)) {
            codecs.add(DumpContents.codec(codec));
        }
        assertThat(read(kdump().compression(pfn -> codecs.get((int) (pfn % 5))).write(folder.resolve("dump"))))
                .isEqualTo(expected);
        assertThat(read(kdump().compression(pfn -> PageCompression.RAW).write(folder.resolve("raw"))))
                .isEqualTo(expected);
    }

    @Test
    void shouldSayOfPagesThatWereLeftOutBeforeThatThereAreNoData() throws IOException {
        long seed = 41;
        Random random = new Random(seed);
        for (int round = 0; round < 4; round++) {
            boolean[] leftOut = new boolean[(int) vmcore.endPfn()];
            for (int i = 0; i < 600; i++) {
                int pfn = random.nextInt(leftOut.length);
                leftOut[pfn] = !vmcore.structurePfns().contains((long) pfn);
            }
            SyntheticKdump some = kdump().without(pfn -> leftOut[(int) pfn]);
            DumpContents found = read(some.write(folder.resolve("dump")));

            for (int pfn = 0; pfn < leftOut.length; pfn++) {
                boolean gone = leftOut[pfn] && vmcore.contents().hasMemory(pfn);
                assertThat(found.descriptors().get(pfn))
                        .as("seed " + seed + ", round " + round + ", page frame " + pfn)
                        .isEqualTo(
                                gone
                                        ? new Descriptor(0, 0, Descriptor.NO_DATA)
                                        : expected.descriptors().get(pfn));
                ByteBuffer page = found.pages().get((long) pfn);
                assertThat(page).isEqualTo(gone ? null : expected.pages().get((long) pfn));
            }
            assertThat(found.present()).isEqualTo(expected.present());
        }
    }

    @Test
    void shouldKeepPagesWhoseStructPageWasLeftOut() throws IOException {
        // The memory map of page frames 1536 to 1599, the beginning of a free block of 256.
        long memmap = physical(vmcore.vmemmap() + 1536 * 64) >>> 12;
        Path file = kdump().without(pfn -> pfn == memmap).write(folder.resolve("dump"));

        try (Vmcore opened = Vmcore.open(file)) {
            List<Descriptor> found = DumpContents.descriptors(opened);
            assertThat(found.subList(1536, 1600)).containsOnly(new Descriptor(0, 0, Descriptor.NO_STRUCT_PAGE));
            assertThat(found.get(1600)).isEqualTo(expected.descriptors().get(1600));
        }
    }

    private long physical(long virtual) throws IOException {
        try (Vmcore elf = Vmcore.open(vmcore.file())) {
            return elf.physicalAddress(virtual).orElseThrow();
        }
    }

    @Test
    void shouldDescribePagesThatAnIncompleteFileLacks() throws IOException {
        Path file =
                kdump().missing(pfn -> pfn >= 1800 && pfn < 1820 || pfn == 1902).write(folder.resolve("dump"));

        try (Vmcore opened = Vmcore.open(file)) {
            assertThat(DumpContents.descriptors(opened)).isEqualTo(expected.descriptors());
            Map<Long, ByteBuffer> pages = DumpContents.pages(opened, 64);
            assertThat(expected.pages()).containsAllEntriesOf(pages);
            assertThat(pages)
                    .doesNotContainKeys(1800L, 1819L, 1902L)
                    .hasSize(expected.pages().size() - 21);
            assertThatThrownBy(() -> opened.pages().read(1800, 1, ByteBuffer.allocateDirect(4096)))
                    .isInstanceOf(VmcoreException.class)
                    .hasMessage(file + ": page frame 1800 is missing, expected a page: its descriptor is not there, or"
                            + " leads to none");
        }
    }

    @Test
    void shouldSayThatADumpWithoutWhatItNeedsIsIncomplete() throws IOException {
        List<Long> table = vmcore.structures().get("mem_section");
        Path file = kdump().missing(table::contains).write(folder.resolve("dump"));

        assertThatThrownBy(() -> Vmcore.open(file))
                .isInstanceOf(CorruptVmcoreException.class)
                .hasMessageStartingWith(file + ": memory sections at SYMBOL(mem_section)")
                .hasMessageEndingWith("(the dump is incomplete)");
    }

    @Test
    void shouldReadInAnyOrderFromManyThreads() throws Exception {
        Path file = kdump().write(folder.resolve("dump"));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Vmcore opened = Vmcore.open(file)) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                Random random = new Random(thread);
                List<Long> pfns = new ArrayList<>(expected.pages().keySet());
                Collections.shuffle(pfns, random);
                Callable<Integer> reading = () -> {
                    ByteBuffer page =
                            random.nextBoolean() ? ByteBuffer.allocateDirect(4096) : ByteBuffer.allocate(4096);
                    int wrong = 0;
                    for (long pfn : pfns) {
                        opened.pages().read(pfn, 1, page.clear());
                        wrong += page.flip().equals(expected.pages().get(pfn)) ? 0 : 1;
                    }
                    return wrong;
                };
                results.add(threads.submit(reading));
            }
            for (Future<Integer> result : results) {
                assertThat(result.get()).isZero();
            }
        } finally {
            threads.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6})
    void shouldReadASplitSetInAnyOrder(int version) throws IOException {
        Path a = kdump().version(version).part(0, 700).write(folder.resolve("a"));
        Path b = kdump().version(version).part(700, 1801).write(folder.resolve("b"));
        Path c = kdump().version(version).part(1801, vmcore.endPfn()).write(folder.resolve("c"));

        assertThat(read(a, b, c)).isEqualTo(expected);
        assertThat(read(c, a, b)).isEqualTo(expected);
        assertThatThrownBy(() -> read(b))
                .hasMessage(b + ": is one part of a split dump, with page frames 700 to before 1801, expected all of"
                        + " its files together");
        assertThatThrownBy(() -> read(a, c)).hasMessageContaining("begins at page frame 1801, expected 700");
        assertThatThrownBy(() -> read(a, b)).hasMessageContaining("ends before page frame 1801, expected 2304");
        assertThatThrownBy(() -> read(a, b, b, c)).hasMessageContaining("begins at page frame 700, expected 1801");
    }

    @Test
    void shouldReadASplitSetOfWhichOnePartIsIncomplete() throws IOException {
        Path a = kdump().part(0, 700).write(folder.resolve("a"));
        Path b = kdump().part(700, vmcore.endPfn()).missing(pfn -> pfn == 2000).write(folder.resolve("b"));

        try (Vmcore opened = Vmcore.open(List.of(b, a), OpenSettings.USUAL)) {
            assertThat(DumpContents.descriptors(opened)).isEqualTo(expected.descriptors());
            assertThat(DumpContents.pages(opened, 10))
                    .doesNotContainKey(2000L)
                    .hasSize(expected.pages().size() - 1);
        }
    }

    @Test
    void shouldRefuseFilesThatDoNotBelongTogether() throws IOException {
        Path whole = kdump().write(folder.resolve("whole"));
        Path a = kdump().part(0, 700).write(folder.resolve("a"));
        Path other =
                kdump().part(700, vmcore.endPfn()).without(pfn -> pfn == 2000).write(folder.resolve("other"));
        Path older = kdump().version(4).part(700, vmcore.endPfn()).write(folder.resolve("older"));

        assertThatThrownBy(() -> read(a, whole)).hasMessageStartingWith(whole + ": is no part of a split dump");
        assertThatThrownBy(() -> read(a, vmcore.file()))
                .hasMessage(vmcore.file() + ": is no kdump file, expected one file, or all files of a split kdump");
        assertThatThrownBy(() -> read(a, other)).hasMessageContaining("2nd bitmap");
        assertThatThrownBy(() -> read(a, older)).hasMessageContaining("header_version at offset 8 is 4, expected 6");
    }
}
