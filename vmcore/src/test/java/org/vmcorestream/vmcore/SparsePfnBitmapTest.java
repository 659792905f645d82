// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.Chunk;

class SparsePfnBitmapTest {
    private static final int CHUNK = Chunk.PAGES;

    private static BitSet bits(SparsePfnBitmap set) {
        BitSet bits = new BitSet();
        for (long first = set.nextSet(0); first >= 0; ) {
            long end = set.runEnd(first);
            bits.set((int) first, (int) end);
            first = set.nextSet(end);
        }
        return bits;
    }

    @Test
    void shouldHoldWhatWasAddedAndTellWhatWasThereBefore() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            long end = 5L * CHUNK + random.nextInt(CHUNK);
            SparsePfnBitmap set = new SparsePfnBitmap(end, 6);
            SparsePfnBitmap again = new SparsePfnBitmap(end, 6);
            BitSet expected = new BitSet();
            BitSet twice = new BitSet();
            for (int i = 0; i < 40; i++) {
                int first = random.nextInt(6 * CHUNK);
                int behind = first + random.nextInt(1 << random.nextInt(17));
                set.add(first, behind, again);
                for (int pfn = first; pfn < Math.min(behind, end); pfn++) {
                    if (expected.get(pfn)) {
                        twice.set(pfn);
                    }
                    expected.set(pfn);
                }
            }
            assertThat(bits(set)).as("seed %d", seed).isEqualTo(expected);
            assertThat(bits(again)).as("seed %d", seed).isEqualTo(twice);
            assertThat(set.isFull()).isFalse();
        }
    }

    @Test
    void shouldNotTakeWhatNeedsMoreBitmapsThanAllowed() {
        SparsePfnBitmap set = new SparsePfnBitmap(100L * CHUNK, 2);
        assertThat(set.isEmpty()).isTrue();
        set.add(10, 20);
        set.add(90L * CHUNK, 90L * CHUNK + 1);
        assertThat(set.isFull()).isFalse();
        set.add(5L * CHUNK - 1, 5L * CHUNK + 1);
        assertThat(set.isFull()).isTrue();
        set.add(20, 30);
        assertThat(set.isEmpty()).isFalse();
        assertThat(set.runEnd(10)).isEqualTo(30);
        assertThat(set.nextSet(30)).isEqualTo(90L * CHUNK);
        assertThat(set.nextSet(90L * CHUNK + 1)).isEqualTo(-1);
    }

    @Test
    void shouldFindNothingInAnEmptySet() {
        SparsePfnBitmap set = new SparsePfnBitmap(1L << 37, 2);
        assertThat(set.nextSet(0)).isEqualTo(-1);
        assertThat(set.runEnd(77)).isEqualTo(77);
    }

    @Test
    void shouldRefuseARangeThatEndsBeforeItBegins() {
        SparsePfnBitmap set = new SparsePfnBitmap(100, 2);
        assertThatThrownBy(() -> set.add(5, 4)).hasMessage("page frames 5 to before 4");
        assertThatThrownBy(() -> set.add(-1, 4)).hasMessage("page frames -1 to before 4");
    }

    @Test
    void shouldClearBitsAndSayHowManyWereSet() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int size = 1 + random.nextInt(1_000);
            PfnBitmap bitmap = new PfnBitmap(size);
            BitSet expected = new BitSet();
            for (int i = 0; i < 30; i++) {
                int first = random.nextInt(size);
                int end = first + random.nextInt(size - first + 1);
                if (random.nextBoolean()) {
                    bitmap.set(first, end);
                    expected.set(first, end);
                } else {
                    assertThat(bitmap.clear(first, end))
                            .as("seed %d", seed)
                            .isEqualTo(expected.get(first, end).cardinality());
                    expected.clear(first, end);
                }
            }
            for (int pfn = 0; pfn < size; pfn++) {
                assertThat(bitmap.get(pfn)).as("seed %d, pfn %d", seed, pfn).isEqualTo(expected.get(pfn));
            }
        }
        assertThatThrownBy(() -> new PfnBitmap(10).clear(5, 11)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
