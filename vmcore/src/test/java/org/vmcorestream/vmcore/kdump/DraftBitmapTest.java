// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bitmap in windows is what a bitmap in memory is, whatever is asked of it in whatever order. */
class DraftBitmapTest {
    private static final int OFFSET = 4096;

    @TempDir
    Path folder;

    private PartialFile file;

    @BeforeEach
    void create() throws IOException {
        file = PartialFile.create(folder.resolve("dump"), PartialFile.ON_DISK);
    }

    @AfterEach
    void remove() throws IOException {
        file.close();
    }

    private DraftBitmap bitmap(long endPfn, int window, int slots) {
        long bytes = (endPfn + 63) / 64 * 8;
        return new DraftBitmap(new FileWindows(file, OFFSET, bytes, window, slots), endPfn);
    }

    @Test
    void shouldAnswerAsABitmapInMemoryDoes() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            int end = 1 + random.nextInt(20_000);
            DraftBitmap bitmap = bitmap(end, 8 << random.nextInt(8), 1 << random.nextInt(4));
            BitSet expected = new BitSet();
            for (int step = 0; step < 500; step++) {
                String which = "seed " + seed + ", round " + round + ", step " + step;
                int first = random.nextInt(end);
                int behind = first + random.nextInt(Math.min(end - first, 1 << random.nextInt(15)) + 1);
                switch (random.nextInt(5)) {
                    case 0 -> {
                        bitmap.set(first, behind);
                        expected.set(first, behind);
                    }
                    case 1 -> {
                        int before = expected.cardinality();
                        expected.clear(first, behind);
                        assertThat(bitmap.clear(first, behind)).as(which).isEqualTo(before - expected.cardinality());
                    }
                    case 2 -> assertThat(bitmap.get(first)).as(which).isEqualTo(expected.get(first));
                    case 3 -> {
                        int set = expected.nextSetBit(first);
                        assertThat(bitmap.nextSet(first, behind))
                                .as(which)
                                .isEqualTo(set < 0 ? behind : Math.min(behind, set));
                        assertThat(bitmap.nextClear(first, behind))
                                .as(which)
                                .isEqualTo(Math.min(behind, expected.nextClearBit(first)));
                    }
                    default ->
                        assertThat(bitmap.cardinality(first, behind))
                                .as(which)
                                .isEqualTo(expected.get(first, behind).cardinality());
                }
            }
            assertStored(bitmap, expected, end, "seed " + seed + ", round " + round);
            bitmap.clear(0, end);
            bitmap.windows().flush();
        }
    }

    /** What is in the file is the bitmap, as kdump files have it. */
    private void assertStored(DraftBitmap bitmap, BitSet expected, int end, String which) throws IOException {
        bitmap.windows().flush();
        byte[] all = Files.readAllBytes(folder.resolve("dump.partial"));
        BitSet stored = new BitSet();
        int bytes = (end + 7) / 8;
        for (int i = 0; i < Math.min(bytes, all.length - OFFSET) * 8; i++) {
            if ((all[OFFSET + i / 8] >>> i % 8 & 1) != 0) {
                stored.set(i);
            }
        }
        assertThat(stored).as(which).isEqualTo(expected);
    }

    @Test
    void shouldHoldNoMoreThanItsWindowsHoweverFarTheEndIs() throws IOException {
        long end = 1L << 37;
        DraftBitmap bitmap = bitmap(end, 4096, 16);
        assertThat(bitmap.nextSet(0, end)).isEqualTo(end);
        assertThat(bitmap.windows().memory()).as("nothing was set").isZero();
        long set = 0;
        for (long pfn = 5; pfn < end; pfn += end / 97) {
            bitmap.set(pfn, pfn + 3);
            set += 3;
        }
        assertThat(bitmap.windows().memory()).isEqualTo(16 * 4096);
        assertThat(bitmap.cardinality(0, end)).isEqualTo(set);
        assertThat(bitmap.get(5 + 13 * (end / 97))).isTrue();
        assertThat(bitmap.clear(0, end)).isEqualTo(set);
        assertThat(bitmap.nextSet(0, end)).isEqualTo(end);
    }

    @Test
    void shouldWriteNothingButWindowsThatWereChanged() throws IOException {
        file.close();
        PartialFile.Opener roomForOne = path -> new FullDisk(PartialFile.ON_DISK.open(path), 4096, true);
        file = PartialFile.create(folder.resolve("dump"), roomForOne);
        long end = 1L << 30;
        DraftBitmap bitmap = bitmap(end, 4096, 16);
        bitmap.set(end - 1, end);
        assertThat(bitmap.clear(0, end - 1)).isZero();
        bitmap.windows().flush();
        bitmap.windows().flush();
        assertThat(bitmap.cardinality(0, end)).isOne();
        bitmap.set(0, 1);
        assertThatThrownBy(() -> bitmap.windows().flush())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No space left on device");
    }

    @Test
    void shouldTakeASmallBitmapForWhatItIs() throws IOException {
        DraftBitmap bitmap = bitmap(100, 64 << 10, 16);
        bitmap.set(0, 100);
        assertThat(bitmap.windows().memory()).isEqualTo(16);
        assertThat(bitmap.nextClear(0, 100)).isEqualTo(100);
    }

    @Test
    void shouldRefusePageFramesBeyondItsEnd() throws IOException {
        DraftBitmap bitmap = bitmap(100, 64, 2);
        assertThat(bitmap.get(100)).isFalse();
        assertThat(bitmap.get(-1)).isFalse();
        assertThatThrownBy(() -> bitmap.set(5, 101)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> bitmap.clear(-1, 5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> bitmap.cardinality(7, 5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> bitmap.nextSet(0, 101)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shouldRememberNumbers() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        DraftNumbers numbers = new DraftNumbers(new FileWindows(file, OFFSET, 8 * 1000, 64, 4));
        long[] expected = new long[1000];
        for (int step = 0; step < 5000; step++) {
            int index = random.nextInt(1000);
            if (random.nextBoolean()) {
                expected[index] = random.nextLong();
                numbers.put(index, expected[index]);
            }
            assertThat(numbers.get(index)).as("seed %d, step %d", seed, step).isEqualTo(expected[index]);
        }
    }
}
