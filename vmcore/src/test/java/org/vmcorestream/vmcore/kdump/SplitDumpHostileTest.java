// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Files that are not the parts of one dump, or claim what cannot be. */
class SplitDumpHostileTest {
    private static final int PAGE = 4096;
    private static final long END = 300;
    private static final long DESCRIPTORS = 4 * PAGE;

    /** The parts as they were written, which takes a sync each; every test damages copies of its own. */
    @TempDir
    private static Path written;

    @TempDir
    private Path folder;

    private static KdumpHeader header;
    private static Map<Long, byte[]> pages;
    private final List<Path> parts = new ArrayList<>();

    @BeforeAll
    static void write() throws IOException {
        header = KdumpFixture.header(PageCodec.LZO, PAGE, END, 0);
        pages = KdumpFixture.pages(PAGE, END, 3);
        // The first page of the second part is noise: stored raw, on its own.
        byte[] noise = new byte[PAGE];
        new Random(9).nextBytes(noise);
        pages.put(100L, noise);
        SplitFixture.write(written, header, pages, 100, 200, END);
    }

    @BeforeEach
    void copy() throws IOException {
        for (int number = 1; number <= 3; number++) {
            Path part = Path.of("part-" + number);
            parts.add(Files.copy(written.resolve(part), folder.resolve(part)));
        }
    }

    private Path part(int number) {
        return parts.get(number - 1);
    }

    private void assertRefused(String message, Path... files) {
        Path out = folder.resolve("out");
        assertThatThrownBy(() -> SplitFixture.assemble(out, files.length == 0 ? parts : List.of(files)))
                .isInstanceOf(VmcoreException.class)
                .hasMessageMatching(".*\\Q" + message + "\\E.*")
                .message()
                .startsWith(folder.toString())
                .doesNotContain("\n");
        assertThat(out).doesNotExist();
        assertThat(folder.resolve("out.partial")).doesNotExist();
    }

    @Test
    void shouldJoinThemAsTheyAre() throws IOException {
        Path whole = folder.resolve("whole");
        KdumpFixture.write(whole, header, KdumpFixture.full(END), pages);
        SplitFixture.assemble(folder.resolve("out"), parts);
        assertThat(folder.resolve("out")).hasSameBinaryContentAs(whole);
    }

    @Test
    void shouldRefuseAWholeFileAmongThem() throws IOException {
        Path whole = folder.resolve("whole");
        KdumpFixture.write(whole, header, KdumpFixture.full(END), pages);
        assertRefused(
                "whole: is no part of a split dump: has 0 in field split at offset 4108, expected 1", part(1), whole);
    }

    @Test
    void shouldRefuseAFileThatIsNoKdumpFile() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "x".repeat(9000));
        assertRefused("text: has no kdump signature at offset 0", part(1), part(2), text);
    }

    @Test
    void shouldRefuseASetWithoutItsFirstPart() {
        assertRefused("part-2: begins at page frame 100, expected 0: no file has the pages between", part(2), part(3));
    }

    @Test
    void shouldRefuseASetWithoutAPartInTheMiddle() {
        assertRefused("part-3: begins at page frame 200, expected 100: no file", part(1), part(3));
    }

    @Test
    void shouldRefuseASetWithoutItsLastPart() {
        assertRefused("part-2: ends before page frame 200, expected 300, the end of the dump", part(1), part(2));
    }

    @Test
    void shouldRefuseAPartThatIsGivenTwice() {
        assertRefused(
                "part-1: begins at page frame 0, expected 100: " + part(1) + " has the pages up to there",
                part(1),
                part(2),
                part(3),
                part(1));
    }

    @Test
    void shouldRefuseRangesThatOverlap() throws IOException {
        SplitFixture.putLong(part(2), PAGE + 80, 99);
        assertRefused("part-2: begins at page frame 99, expected 100");
    }

    @Test
    void shouldRefuseARangeThatEndsBeforeItBegins() throws IOException {
        SplitFixture.putLong(part(2), PAGE + 88, 99);
        assertRefused("part-2: holds page frames 100 to before 99 as start_pfn and end_pfn at offset 4176");
    }

    @Test
    void shouldRefuseARangeBeyondTheDump() throws IOException {
        SplitFixture.putLong(part(3), PAGE + 88, 301);
        assertRefused("part-3: holds page frames 200 to before 301");
        SplitFixture.putLong(part(3), PAGE + 88, -1);
        assertRefused("part-3: holds page frames 200 to before 18446744073709551615");
    }

    @Test
    void shouldRefusePartsOfAnotherHostsDump() throws IOException {
        SplitFixture.put(part(2), 77, "guest\n8".getBytes());
        assertRefused(
                "part-2: is of another dump than " + part(1) + ": nodename at offset 77 is guest?8, expected guest-7");
    }

    @Test
    void shouldRefusePartsOfAnotherTime() throws IOException {
        SplitFixture.putLong(part(3), 408, 5);
        assertRefused(
                "part-3: is of another dump than " + part(1) + ": timestamp at offset 408 is 5, expected 1763800000");
    }

    @Test
    void shouldRefusePartsInAnotherCodec() throws IOException {
        SplitFixture.putInt(part(3), 424, 4);
        assertRefused("status at offset 424 is 4, expected 2");
    }

    @Test
    void shouldRefusePartsOfAnotherLevel() throws IOException {
        SplitFixture.putInt(part(3), PAGE + 8, 31);
        assertRefused("dump_level at offset 4104 is 31, expected 0");
    }

    @Test
    void shouldRefusePartsWithOtherNotes() throws IOException {
        SplitFixture.put(part(3), PAGE + 104 + 30, new byte[] {1});
        assertRefused("its notes have 1 at offset " + (PAGE + 104 + 30));
    }

    @Test
    void shouldRefusePartsWithOtherBitmaps() throws IOException {
        SplitFixture.put(part(3), 2 * PAGE + 9, new byte[] {(byte) 0xfb});
        assertRefused("part-3: 1st bitmap at offset " + (2 * PAGE + 9) + " has 0 for page frame 74, expected that of "
                + part(1));
        SplitFixture.put(part(3), 2 * PAGE + 9, new byte[] {(byte) 0xff});
        int bit = pages.containsKey(280L) ? 0 : 1;
        try (RandomAccessFile file = new RandomAccessFile(part(3).toFile(), "rw")) {
            file.seek(3 * PAGE + 35);
            int word = file.read();
            file.seek(3 * PAGE + 35);
            file.write(word ^ 1);
        }
        assertRefused("part-3: 2nd bitmap at offset " + (3 * PAGE + 35) + " has " + bit + " for page frame 280");
    }

    @Test
    void shouldPassOverBitsBehindTheLastPageFrame() throws IOException {
        SplitFixture.put(part(3), 3 * PAGE + 38, new byte[] {(byte) 0xff, (byte) 0xff});
        SplitFixture.assemble(folder.resolve("out"), parts);
        assertThat(folder.resolve("out")).exists();
    }

    @Test
    void shouldTakeAPartThatWasCutWithinItsDescriptors() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(part(2).toFile(), "rw")) {
            file.setLength(DESCRIPTORS + 30);
        }
        DumpExport.Summary summary = SplitFixture.assemble(folder.resolve("out"), parts);
        assertThat(summary.incomplete()).isTrue();
        assertThat(summary.missing())
                .isEqualTo(pages.keySet().stream()
                        .filter(pfn -> pfn >= 100 && pfn < 200)
                        .count());
        try (StoredDump dump = StoredDump.open(parts)) {
            assertThat(dump.cut())
                    .contains(part(2) + ": was cut, it ends at offset " + (DESCRIPTORS + 30)
                            + " before its last page: what is there is read, the rest is missing");
        }
    }

    @Test
    void shouldRefuseADescriptorWithUnknownFlags() throws IOException {
        SplitFixture.putInt(part(2), DESCRIPTORS + 12, 8);
        assertRefused("part-2: page frame 100 has 4096 bytes at offset ");
        assertRefused("with flags 0x8, expected flags 0, 0x1, 0x2, 0x4 or 0x20");
    }

    @Test
    void shouldRefuseADescriptorOfMoreThanAPage() throws IOException {
        SplitFixture.putInt(part(2), DESCRIPTORS + 8, -1);
        assertRefused("has 4294967295 bytes at offset");
        SplitFixture.putInt(part(2), DESCRIPTORS + 8, 4097);
        assertRefused("expected 4096 bytes");
    }

    @Test
    void shouldRefuseADescriptorThatPointsIntoTheHeaders() throws IOException {
        SplitFixture.putLong(part(2), DESCRIPTORS, 4096);
        assertRefused("expected them between offset ");
    }

    @Test
    void shouldRefuseADescriptorThatPointsBehindTheFile() throws IOException {
        SplitFixture.putLong(part(2), DESCRIPTORS, Files.size(part(2)) - 4095);
        assertRefused("and the end of the file at " + Files.size(part(2)));
        SplitFixture.putLong(part(2), DESCRIPTORS, -1);
        assertRefused("has 4096 bytes at offset 18446744073709551615");
    }

    @Test
    void shouldRefuseAMissingPageOfAFileThatSaysItIsComplete() throws IOException {
        SplitFixture.putLong(part(2), DESCRIPTORS, 0);
        assertRefused("page frame 100"
                + " has 4096 bytes at offset 0 with flags 0x0, expected a page: the file does not say that it is"
                + " incomplete");
    }

    @Test
    void shouldNotMakeMoreOfAPartThanItHas() throws IOException {
        byte[] first = new byte[24];
        try (RandomAccessFile file = new RandomAccessFile(part(2).toFile(), "rw")) {
            file.seek(DESCRIPTORS);
            file.readFully(first);
            for (long page = pages.keySet().stream()
                            .filter(pfn -> pfn >= 100 && pfn < 200)
                            .count();
                    page > 0;
                    page--) {
                file.seek(DESCRIPTORS + 24 * (page - 1));
                file.write(first);
            }
        }
        assertRefused("bytes of pages together, which is what the file has");
    }

    @Test
    void shouldTakeAnIncompletePartThatEndsEarly() throws IOException {
        SplitFixture.putInt(part(2), 424, 2 | 8);
        try (RandomAccessFile file = new RandomAccessFile(part(2).toFile(), "rw")) {
            file.setLength(DESCRIPTORS + 30);
        }
        long lost =
                pages.keySet().stream().filter(pfn -> pfn >= 100 && pfn < 200).count();

        DumpExport.Summary summary = SplitFixture.assemble(folder.resolve("out"), parts);

        assertThat(summary.incomplete()).isTrue();
        assertThat(summary.missing()).isEqualTo(lost);
        try (KdumpFile file = KdumpFile.open(folder.resolve("out"))) {
            assertThat(file.incomplete()).isTrue();
            assertThat(file.descriptor(100)).isEqualTo(PageDescriptor.MISSING);
        }
    }

    @Test
    void shouldTakeIncompletePartsWhicheverComesFirst() throws IOException {
        SplitFixture.putInt(part(3), 424, 2 | 8);
        SplitFixture.assemble(folder.resolve("out"), parts);
        SplitFixture.assemble(folder.resolve("other"), List.of(part(3), part(2), part(1)));
        assertThat(folder.resolve("out")).hasSameBinaryContentAs(folder.resolve("other"));
        try (KdumpFile file = KdumpFile.open(folder.resolve("out"))) {
            assertThat(file.incomplete()).isTrue();
        }
    }

    @Test
    void shouldRefuseEraseInformationOutsideTheFile() throws IOException {
        SplitFixture.putLong(part(2), PAGE + 72, 1L << 40);
        assertRefused("part-2: has erase information of 1099511627776 bytes, expected at most");
        SplitFixture.putLong(part(2), PAGE + 72, 100);
        SplitFixture.putLong(part(2), PAGE + 64, Files.size(part(2)) - 50);
        assertRefused("part-2: erase information of 100 bytes at offset");
    }

    @Test
    void shouldLeaveAnOlderFileAsItWasWhenAPartIsDamaged() throws IOException {
        Path out = Files.writeString(folder.resolve("older"), "older");
        SplitFixture.putInt(part(3), DESCRIPTORS + 12, 8);
        assertThatThrownBy(() -> SplitFixture.assemble(out, parts)).isInstanceOf(VmcoreException.class);
        assertThat(out).hasContent("older");
        try (Stream<Path> names = Files.list(folder)) {
            assertThat(names).noneMatch(name -> name.toString().endsWith(".partial"));
        }
    }

    @Test
    void shouldNameAFileThatIsNotThere() {
        Path gone = folder.resolve("gone");
        assertThatThrownBy(() -> StoredDump.open(List.of(part(1), gone)))
                .isInstanceOf(VmcoreException.class)
                .hasMessage(gone + ": does not exist, expected a vmcore");
    }

    @Test
    void shouldStandAnyDamage() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] good = Files.readAllBytes(part(2));
        for (int round = 0; round < 100; round++) {
            byte[] bad = good.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                int at = random.nextInt(3) == 0
                        ? random.nextInt(bad.length)
                        : random.nextInt(2) == 0 ? random.nextInt(464) : PAGE + random.nextInt(104);
                bad[at] = (byte) random.nextInt();
            }
            Files.write(
                    part(2), random.nextInt(5) == 0 ? java.util.Arrays.copyOf(bad, random.nextInt(bad.length)) : bad);
            try {
                SplitFixture.assemble(folder.resolve("out"), parts);
            } catch (VmcoreException e) {
                assertThat(e.getMessage())
                        .as("seed %d", seed)
                        .doesNotContain("\n")
                        .contains("expected");
            }
        }
    }
}
