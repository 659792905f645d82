// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.vmcorestream.vmcore.PfnRun;

class PartPlanTest {
    private static final long GIB = 1L << 30;
    private static final long GIB_PAGES = GIB >> 12;
    private static final int GIB_CHUNKS = 8;

    private static List<Stripe> plan(long stripeBytes, int parts, PfnRun... present) {
        long end = present[present.length - 1].endPfn();
        return PartPlan.stripes(new PfnRuns(List.of(present)), end, 12, stripeBytes, parts, "d", 4);
    }

    private static PfnRun gib(long first, long end) {
        return new PfnRun(first * GIB_PAGES, end * GIB_PAGES);
    }

    /** Chunks of each part, in order. */
    private static List<Integer> sizes(List<Stripe> stripes) {
        TreeMap<Integer, Integer> chunks = new TreeMap<>();
        int last = 0;
        for (Stripe stripe : stripes) {
            assertThat(stripe.part()).isBetween(last, last + 1);
            last = stripe.part();
            chunks.merge(stripe.part(), stripe.chunks(), Integer::sum);
        }
        assertThat(chunks.firstKey()).isZero();
        return new ArrayList<>(chunks.values());
    }

    @Test
    void shouldLeaveADumpOfOnePartAsItWas() {
        List<Stripe> stripes = plan(CaptureSettings.CHOOSE_STRIPES, 1, gib(0, 10));
        assertThat(stripes)
                .isEqualTo(Stripe.plan(new PfnRuns(List.of(gib(0, 10))), 10 * GIB_PAGES, 12, 4 * GIB, "d", 4));
        assertThat(stripes).extracting(Stripe::firstPfn).containsExactly(0L, 4 * GIB_PAGES, 8 * GIB_PAGES);
    }

    @Test
    void shouldSpreadStripesEvenly() {
        assertThat(sizes(plan(GIB, 3, gib(0, 7)))).containsExactly(3 * GIB_CHUNKS, 3 * GIB_CHUNKS, GIB_CHUNKS);
        assertThat(sizes(plan(GIB, 7, gib(0, 7)))).hasSize(7).allMatch(chunks -> chunks == GIB_CHUNKS);
        assertThat(sizes(plan(2 * GIB, 2, gib(0, 8)))).containsExactly(4 * GIB_CHUNKS, 4 * GIB_CHUNKS);
    }

    @Test
    void shouldCountMemoryAndNotPageFrames() {
        List<Stripe> stripes = plan(GIB, 2, gib(0, 1), gib(100, 101), gib(101, 103));
        assertThat(sizes(stripes)).containsExactly(2 * GIB_CHUNKS, 2 * GIB_CHUNKS);
        assertThat(stripes).extracting(Stripe::part).containsExactly(0, 0, 1, 1);
    }

    @Test
    void shouldMakeStripesSmallerWherePartsNeedIt() {
        assertThat(plan(CaptureSettings.CHOOSE_STRIPES, 2, gib(0, 6)))
                .extracting(Stripe::firstPfn)
                .containsExactly(0L, 3 * GIB_PAGES);
        assertThat(plan(CaptureSettings.CHOOSE_STRIPES, 4, gib(0, 6))).hasSize(3 + 3);
        assertThat(plan(CaptureSettings.CHOOSE_STRIPES, 2, gib(0, 64)))
                .as("no smaller than needed")
                .hasSize(16);
    }

    @Test
    void shouldRefuseMorePartsThanStripes() {
        assertThatThrownBy(() -> plan(CaptureSettings.CHOOSE_STRIPES, 7, gib(0, 6)))
                .isInstanceOf(UnfitSettingsException.class)
                .hasMessage("7 parts, expected 1 to 6: each part needs a stripe, and memory makes 6 of 1 GiB");
        assertThatThrownBy(() -> plan(4 * GIB, 3, gib(0, 6)))
                .isInstanceOf(UnfitSettingsException.class)
                .hasMessage("3 parts, expected 1 to 2: each part needs a stripe, and memory makes 2 of 4 GiB");
    }

    @Test
    void shouldNotMakeStripesSmallerThanARecordCanName() {
        for (int tebibytes : new int[] {1, 3, 16, 64}) {
            List<Stripe> stripes = plan(CaptureSettings.CHOOSE_STRIPES, 3, gib(0, 1024 * tebibytes - 1));
            assertThat(stripes).hasSizeBetween(3, 4096);
            assertThat(sizes(stripes)).hasSize(3);
        }
    }

    @Test
    void shouldMakeLargerStripesOfLargerMemory() {
        assertThat(plan(CaptureSettings.CHOOSE_STRIPES, 1, gib(0, 256))).hasSize(64);
        assertThat(plan(CaptureSettings.CHOOSE_STRIPES, 1, gib(0, 257))).hasSize(52);
        assertThat(plan(CaptureSettings.CHOOSE_STRIPES, 1, gib(0, 1024))).hasSize(64);
        assertThat(plan(CaptureSettings.CHOOSE_STRIPES, 1, gib(0, 1), gib(4096, 4097)))
                .as("it is memory that counts")
                .hasSize(2);
    }

    @Test
    void shouldGiveEveryPartAStripeAndNoneMoreThanItMust() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<PfnRun> present = new ArrayList<>();
            long at = 0;
            for (int run = 0; run < 8; run++) {
                long first = at + 1 + random.nextInt((int) (2 * GIB_PAGES));
                long end = first + 1 + random.nextInt((int) (3 * GIB_PAGES));
                present.add(new PfnRun(first, end));
                at = end;
            }
            List<Stripe> stripes = Stripe.plan(new PfnRuns(present), at, 12, GIB, "d", 4);
            int parts = 1 + random.nextInt(stripes.size());
            List<Integer> sizes = sizes(plan(GIB, parts, present.toArray(new PfnRun[0])));
            assertThat(sizes).as("seed %d", seed).hasSize(parts);
            assertThat(sizes.stream().mapToInt(Integer::intValue).max().orElseThrow())
                    .as("seed %d, %d parts", seed, parts)
                    .isEqualTo(best(stripes, 0, parts, new TreeMap<>()));
        }
    }

    /** The smallest largest part, by trying every end of the first one. */
    private static int best(List<Stripe> stripes, int from, int parts, TreeMap<Integer, Integer> known) {
        int key = from * 1000 + parts;
        if (known.containsKey(key)) {
            return known.get(key);
        }
        int chunks = 0;
        int best = Integer.MAX_VALUE;
        for (int end = from + 1; end <= stripes.size() - (parts - 1); end++) {
            chunks += stripes.get(end - 1).chunks();
            if (parts > 1) {
                best = Math.min(best, Math.max(chunks, best(stripes, end, parts - 1, known)));
            }
        }
        int result = parts == 1 ? chunks : best;
        known.put(key, result);
        return result;
    }
}
