// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PfnBitmapTest {
    private static final int END = 1000;

    @Test
    void shouldFindWhatABitSetFindsWithinAnyRange() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            BitSet expected = new BitSet();
            PfnBitmap bits = new PfnBitmap(END);
            for (int run = random.nextInt(8); run > 0; run--) {
                int first = random.nextInt(END);
                int end = first + random.nextInt(END - first + 1);
                expected.set(first, end);
                bits.set(first, end);
            }
            for (int question = 0; question < 200; question++) {
                int from = random.nextInt(END + 100);
                String what = "seed " + seed + ", from " + from;
                int set = expected.nextSetBit(from);
                assertThat(bits.nextSet(from)).as(what).isEqualTo(set);
                assertThat(bits.nextClear(from)).as(what).isEqualTo(Math.min(END, expected.nextClearBit(from)));
            }
        }
    }
}
