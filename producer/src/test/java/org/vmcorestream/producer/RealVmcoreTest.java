// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.SparsePfnBitmap;
import org.vmcorestream.vmcore.Vmcore;

/** What is captured of real vmcores: as many pages as makedumpfile counts at levels 16 and 17, and each as it is in the file. */
class RealVmcoreTest {
    private static final Pattern SYMBOL = Pattern.compile("(?m)^SYMBOL\\((\\w+)\\)=([0-9a-f]{16})$");

    @TempDir
    private Path cutFolder;

    /** Pages that makedumpfile keeps at level 16, and how many of them are zeros. */
    private record Expected(long kept, long zero) {}

    @TestFactory
    Stream<DynamicTest> shouldCaptureThePagesThatLevel16Keeps() throws IOException {
        return unpacked().stream()
                .map(name -> DynamicTest.dynamicTest(
                        name, () -> compare(path(name), expected(folder()).get(name))));
    }

    private static Path folder() {
        return Path.of(System.getProperty("vmcores.dir", ""));
    }

    private static Path path(String name) {
        return folder().resolve(name + ".elf");
    }

    /** Names of the vmcores that are there. */
    private static List<String> unpacked() throws IOException {
        assumeTrue(
                !folder().toString().isEmpty() && Files.isReadable(folder().resolve("expected.tsv")),
                "skipped: the system property vmcores.dir names no folder of real vmcores");
        List<String> unpacked = expected(folder()).keySet().stream()
                .filter(name -> Files.isReadable(path(name)))
                .toList();
        assumeTrue(!unpacked.isEmpty(), "skipped: no vmcore in the folder is unpacked");
        return unpacked;
    }

    private static Map<String, Expected> expected(Path folder) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("expected.tsv"));
        List<String> columns = List.of(lines.get(0).split("\t"));
        Map<String, Expected> expected = new TreeMap<>();
        for (String line : lines) {
            String[] cells = line.split("\t");
            if (cells[1].equals("17")) {
                long kept = Long.parseLong(cells[columns.indexOf("bits_in_bitmap2")]);
                long zero = Long.parseLong(cells[columns.indexOf("zero")]);
                expected.put(cells[0], new Expected(kept, zero));
            }
        }
        return expected;
    }

    private static void compare(Path path, Expected expected) throws Exception {
        CaptureFixture fixture = new CaptureFixture();
        fixture.stripeBytes = 1L << 30;
        try (Vmcore vmcore = Vmcore.open(path)) {
            FileContents file = new FileContents(vmcore);
            SentDump sent = new SentDump((pfn, kind, contents) -> assertThat(file.equal(pfn, contents))
                    .as("pfn %d is as it is in the file", pfn)
                    .isTrue());
            fixture.cluster.passPageDataTo(sent::read);
            Capture.Result result = fixture.run(vmcore);

            assertThat(result.pages()).as("pages kept").isEqualTo(expected.kept());
            assertThat(result.zeroPages()).as("pages of zeros").isEqualTo(expected.zero());
            assertThat(sent.ends.stream().filter(end -> end.getStripe() >= 0)).hasSize(result.stripes());
        }
    }

    /** What level 31 keeps opens in crash, so a capture by another level that was cut behind its early pages does too. */
    @TestFactory
    Stream<DynamicTest> shouldSendEarlyWhatADumpOfLevel31Has() throws IOException {
        return unpacked().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    BitSet early = sent(name, 17, true);
                    assertThat(early.cardinality()).isPositive();
                    assertThat(early).isEqualTo(sent(name, 31, false));
                }));
    }

    /** The kernel log, page tables and all else of the kernel are in a file that has early pages alone. */
    @TestFactory
    Stream<DynamicTest> shouldOpenACaptureThatWasCutBehindItsEarlyPages() throws IOException {
        return unpacked().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Path file = cutFolder.resolve(name + ".cut");
                    try (Vmcore vmcore = Vmcore.open(path(name))) {
                        CutFile.write(file, vmcore, 17, sent(name, 17, false), sent(name, 17, true));
                        try (Vmcore cut = Vmcore.open(file)) {
                            assertSameKernel(cut, vmcore);
                        }
                    } finally {
                        Files.deleteIfExists(file);
                    }
                }));
    }

    /** crash, drgn and makedumpfile's --dump-dmesg open what comes before it (docs/crash.md). */
    @TestFactory
    Stream<DynamicTest> shouldSendTheMemoryMapLastOfACaptureByLevel31() throws IOException {
        return unpacked().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    try (Vmcore vmcore = Vmcore.open(path(name))) {
                        BitSet memmap = memmap(vmcore);
                        BitSet all = sent(name, 31, false);
                        BitSet before = sentBefore(memmap, path(name));
                        BitSet expected = (BitSet) all.clone();
                        expected.andNot(memmap);
                        assertThat(before).isEqualTo(expected).isNotEqualTo(all);
                    }
                }));
    }

    private static BitSet memmap(Vmcore vmcore) throws IOException {
        BitSet memmap = new BitSet();
        SparsePfnBitmap frames = vmcore.memmap();
        for (long pfn = frames.nextSet(0); pfn >= 0; pfn = frames.nextSet(pfn + 1)) {
            memmap.set((int) pfn);
        }
        return memmap;
    }

    /** Page frames of the pages of a capture by level 31 that are sent before the first of some. */
    private static BitSet sentBefore(BitSet some, Path path) throws Exception {
        CaptureFixture fixture = new CaptureFixture();
        fixture.stripeBytes = 1L << 30;
        fixture.capture = BuiltInRuleSets.level(31);
        fixture.early = true;
        BitSet before = new BitSet();
        boolean[] reached = {false};
        SentDump sent = new SentDump((pfn, kind, contents) -> {
            reached[0] |= some.get((int) pfn);
            if (!reached[0]) {
                before.set((int) pfn);
            }
        });
        fixture.cluster.passPageDataTo(sent::read);
        try (Vmcore vmcore = Vmcore.open(path)) {
            fixture.run(vmcore);
        }
        return before;
    }

    private static void assertSameKernel(Vmcore cut, Vmcore whole) throws IOException {
        assertThat(cut.kernelLog().complete())
                .as(cut.kernelLog().problem())
                .isEqualTo(whole.kernelLog().complete());
        assertThat(cut.kernelLog().text()).isEqualTo(whole.kernelLog().text()).isNotEmpty();
        Matcher symbol = SYMBOL.matcher(new String(whole.vmcoreInfoText(), StandardCharsets.ISO_8859_1));
        int symbols = 0;
        while (symbol.find()) {
            long address = Long.parseUnsignedLong(symbol.group(2), 16);
            OptionalLong physical = cut.physicalAddress(address);
            assertThat(physical).as(symbol.group(1)).isEqualTo(whole.physicalAddress(address));
            symbols += physical.isPresent() ? 1 : 0;
        }
        assertThat(symbols).as("symbols that page tables find").isPositive();
    }

    /** Page frames of the pages of a capture that are sent early, of all where none are. */
    private static BitSet sent(String name, int level, boolean early) throws Exception {
        CaptureFixture fixture = new CaptureFixture();
        fixture.stripeBytes = 1L << 30;
        fixture.capture = BuiltInRuleSets.level(level);
        fixture.early = early;
        BitSet pages = new BitSet();
        boolean[] over = {false};
        SentDump sent = new SentDump((pfn, kind, contents) -> {
            if (!over[0]) {
                pages.set((int) pfn);
            }
        });
        fixture.cluster.passPageDataTo(record -> {
            over[0] |= early && !new String(record.key(), StandardCharsets.UTF_8).endsWith("/-1");
            sent.read(record);
        });
        try (Vmcore vmcore = Vmcore.open(path(name))) {
            fixture.run(vmcore);
        }
        return pages;
    }

    /** Reads the file again, many pages at a time. */
    private static final class FileContents {
        private final Vmcore vmcore;
        private final ByteBuffer block = ByteBuffer.allocate(256 * FakeVmcore.PAGE);
        private PfnRun held = new PfnRun(0, 1);

        FileContents(Vmcore vmcore) {
            this.vmcore = vmcore;
            block.limit(0);
        }

        boolean equal(long pfn, byte[] contents) {
            if (block.limit() == 0 || pfn < held.firstPfn() || pfn >= held.endPfn()) {
                read(pfn);
            }
            int offset = (int) (pfn - held.firstPfn()) * FakeVmcore.PAGE;
            return ByteBuffer.wrap(contents).equals(block.slice(offset, FakeVmcore.PAGE));
        }

        private void read(long pfn) {
            try {
                for (PfnRun run : vmcore.memory().backedRuns()) {
                    if (pfn >= run.firstPfn() && pfn < run.endPfn()) {
                        held = new PfnRun(pfn, Math.min(run.endPfn(), pfn + 256));
                    }
                }
                vmcore.pages().read(held.firstPfn(), (int) held.pages(), block.clear());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            block.flip();
        }
    }
}
