// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class Crc32cCombineTest {
    @Test
    void shouldEqualTheCrcOfTheWhole() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] first = new byte[random.nextInt(2000)];
            byte[] second = new byte[random.nextInt(3) == 0 ? random.nextInt(3) : random.nextInt(70_000)];
            random.nextBytes(first);
            random.nextBytes(second);
            CRC32C whole = new CRC32C();
            whole.update(first);
            whole.update(second);
            assertThat(Crc32cCombine.combine(crc(first), crc(second), second.length))
                    .as("seed %d, %d and %d bytes", seed, first.length, second.length)
                    .isEqualTo((int) whole.getValue());
        }
    }

    @Test
    void shouldKeepTheOtherWhenOneIsEmpty() {
        int some = crc(new byte[] {1, 2, 3});
        assertThat(Crc32cCombine.combine(some, 0, 0)).isEqualTo(some);
        assertThat(Crc32cCombine.combine(0, some, 3)).isEqualTo(some);
    }

    @Test
    void shouldTakeLengthsBeyondTwoGigabytes() {
        // 5 GiB of zeros in two ways: all at once, and in 1 MiB steps
        int first = crc(new byte[] {9, 8, 7});
        int step = crc(new byte[1 << 20]);
        int inSteps = first;
        int zeros = 0;
        for (int i = 0; i < 5120; i++) {
            inSteps = Crc32cCombine.combine(inSteps, step, 1 << 20);
            zeros = Crc32cCombine.combine(zeros, step, 1 << 20);
        }
        assertThat(Crc32cCombine.combine(first, zeros, 5L << 30)).isEqualTo(inSteps);
    }

    @Test
    void shouldKnowTheCrcOfZerosWithoutHavingThem() {
        for (int length : new int[] {0, 1, 2, 3, 24, 4095, 4096, 100_000}) {
            assertThat(Crc32cCombine.ofZeros(length)).as("%d zeros", length).isEqualTo(crc(new byte[length]));
        }
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
