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
                int end = from + random.nextInt(200);
                String what = "seed " + seed + ", " + from + " to " + end;
                int set = expected.nextSetBit(from);
                assertThat(bits.nextSet(from, end)).as(what).isEqualTo(set < 0 ? end : Math.min(end, set));
                assertThat(bits.nextClear(from, end)).as(what).isEqualTo(Math.min(end, expected.nextClearBit(from)));
                long count = expected.get(from, end).cardinality();
                assertThat(bits.cardinality(from, end)).as(what).isEqualTo(count);
                assertThat(bits.nextSet(from)).as(what).isEqualTo(set);
                assertThat(bits.nextClear(from)).as(what).isEqualTo(Math.min(END, expected.nextClearBit(from)));
            }
        }
    }

    @Test
    void shouldFindNothingInAnEmptyRange() {
        PfnBitmap bits = new PfnBitmap(END);
        bits.set(0, END);

        assertThat(bits.nextSet(7, 7)).isEqualTo(7);
        assertThat(bits.nextClear(7, 7)).isEqualTo(7);
    }
}
