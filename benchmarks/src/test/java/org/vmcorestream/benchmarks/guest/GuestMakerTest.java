// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.benchmarks.services.DemoVmcore;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.Vmcore;

/** Makes guests of the vmcore that ships with the project: 256 MiB, two sections. */
class GuestMakerTest {
    private static final long MIB = 1 << 20;
    private static final int PAGE = 4096;
    private static final int REAL_PAGES = (int) (256 * MIB / PAGE);

    @TempDir
    static Path folder;

    private static Path real;
    private static PfnBitmap kept;

    @BeforeAll
    static void unpack() throws IOException {
        real = folder.resolve("real.elf");
        try (Stream<Path> demo = Files.list(
                Path.of(System.getProperty("basedir", ".")).resolve("../demo").normalize())) {
            Path packed = demo.filter(file -> file.toString().endsWith(".elf.zst"))
                    .findFirst()
                    .orElseThrow();
            DemoVmcore.main(new String[] {packed.toString(), real.toString()});
        }
        try (Vmcore vmcore = Vmcore.open(real)) {
            kept = Contents.keptBy(31, vmcore);
        }
    }

    @Test
    void shouldShowTheSamePagesInEveryTile() throws IOException {
        Path guest = folder.resolve("tiles.elf");
        List<Piece> memory = new GuestMaker(real, 640 * MIB, false, 31).write(guest);

        try (Vmcore made = Vmcore.open(guest);
                Vmcore once = Vmcore.open(real)) {
            PfnBitmap keptNow = Contents.keptBy(31, made);
            for (Piece tile : tiles(memory)) {
                long first = tile.phys() / PAGE;
                requireKeptAsInTheRealGuest(keptNow, first, (int) (tile.length() / PAGE));
                for (long pfn = kept.nextSet(0); pfn >= 0 && pfn < tile.length() / PAGE; pfn = kept.nextSet(pfn + 97)) {
                    assertThat(page(made, first + pfn)).as("page %d", pfn).isEqualTo(page(made, pfn));
                }
            }
            assertThat(made.vmcoreInfoText()).isEqualTo(once.vmcoreInfoText());
            assertThat(made.kernelLog().text()).isEqualTo(once.kernelLog().text());
        }
        assertThat(tiles(memory)).extracting(Piece::length).containsExactly(256 * MIB, 128 * MIB);
    }

    @Test
    void shouldHaveZerosBeyondTheRealGuestWithHoles() throws IOException {
        Path guest = folder.resolve("holes.elf");
        List<Piece> memory = new GuestMaker(real, 512 * MIB, true, 31).write(guest);

        Piece hole = tiles(memory).get(0);
        try (Vmcore made = Vmcore.open(guest)) {
            PfnBitmap keptNow = Contents.keptBy(31, made);
            long first = hole.phys() / PAGE;
            requireKeptAsInTheRealGuest(keptNow, first, REAL_PAGES);
            assertThat(made.pages().holePages(first, REAL_PAGES)).isEqualTo(REAL_PAGES);
        }
    }

    @Test
    void shouldKeepWhatTheRealGuestKeeps() throws IOException {
        Path guest = folder.resolve("same.elf");
        new GuestMaker(real, 256 * MIB, false, 0).write(guest);

        try (Vmcore made = Vmcore.open(guest);
                Vmcore once = Vmcore.open(real)) {
            assertThat(made.memory().endPfn()).isEqualTo(once.memory().endPfn());
            for (long pfn = 0; pfn < REAL_PAGES; pfn += 31) {
                assertThat(page(made, pfn)).as("page %d", pfn).isEqualTo(page(once, pfn));
            }
        }
    }

    @Test
    void shouldRefuseASizeBelowTheRealGuests() {
        assertThatThrownBy(() -> new GuestMaker(real, 128 * MIB, false, 0).write(folder.resolve("small.elf")))
                .isInstanceOf(GuestException.class)
                .hasMessageContaining("size of 134217728 bytes, expected a multiple of 128 MiB from the 268435456");
        assertThat(folder.resolve("small.elf")).doesNotExist();
        assertThat(folder.resolve("small.elf.partial")).doesNotExist();
    }

    @Test
    void shouldRefuseASizeThatIsNoWholeNumberOfSections() {
        assertThatThrownBy(() -> new GuestMaker(real, 257 * MIB, false, 0).write(folder.resolve("odd.elf")))
                .isInstanceOf(GuestException.class)
                .hasMessageContaining("expected a multiple of 128 MiB");
    }

    private static void requireKeptAsInTheRealGuest(PfnBitmap keptNow, long first, int pages) {
        for (int i = 0; i < pages; i++) {
            if (keptNow.get(first + i) != kept.get(i)) {
                throw new AssertionError("page frame " + (first + i) + " is not kept as " + i + " is");
            }
        }
    }

    private static List<Piece> tiles(List<Piece> memory) {
        return memory.stream().filter(piece -> piece.phys() >= 2048 * MIB).toList();
    }

    private static ByteBuffer page(Vmcore vmcore, long pfn) throws IOException {
        ByteBuffer page = ByteBuffer.allocateDirect(PAGE);
        vmcore.pages().read(pfn, 1, page);
        return page.flip();
    }
}
