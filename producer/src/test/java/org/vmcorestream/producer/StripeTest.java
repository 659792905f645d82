// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmcorestream.vmcore.PfnRun;

class StripeTest {
    private static final long GIB = 1L << 30;
    private static final long GIB_PAGES = 1L << 18;

    @Test
    void shouldMakeOneStripeOfAMachineThatFits() {
        List<Stripe> stripes = plan(12, 16 * GIB, new PfnRun(1, 160), new PfnRun(256, 300_000));

        assertThat(stripes).hasSize(1);
        assertThat(stripes.get(0).firstPfn()).isZero();
        assertThat(stripes.get(0).endPfn()).isEqualTo(300_000);
        assertThat(stripes.get(0).chunks()).isEqualTo(10);
    }

    @Test
    void shouldCoverAllOfMemoryWithoutAStripeThatHasNone() {
        List<Stripe> stripes = plan(
                12, GIB, new PfnRun(5 * GIB_PAGES, 6 * GIB_PAGES + 1), new PfnRun(9 * GIB_PAGES + 7, 10 * GIB_PAGES));

        assertThat(stripes).extracting(Stripe::firstPfn).containsExactly(0L, 6 * GIB_PAGES, 9 * GIB_PAGES);
        assertThat(stripes).extracting(Stripe::endPfn).containsExactly(6 * GIB_PAGES, 9 * GIB_PAGES, 10 * GIB_PAGES);
        assertThat(stripes).extracting(Stripe::chunks).containsExactly(8, 1, 8);
        assertThat(stripes).extracting(Stripe::number).containsExactly(0, 1, 2);
    }

    @Test
    void shouldRoundAStripeUpToTheLargestBlockWherePagesAreLarge() {
        // 16 GiB with pages of 64 KiB, 4 GiB with 16 KiB.
        assertThat(plan(16, GIB, new PfnRun(0, 600_000)))
                .extracting(Stripe::firstPfn)
                .containsExactly(0L, 262_144L, 524_288L);
        assertThat(plan(16, 17 * GIB, new PfnRun(0, 600_000)))
                .extracting(Stripe::firstPfn)
                .containsExactly(0L, 524_288L);
        assertThat(plan(14, 4 * GIB, new PfnRun(0, 300_000)))
                .extracting(Stripe::firstPfn)
                .containsExactly(0L, 262_144L);
    }

    @Test
    void shouldCountAChunkOnceThatTwoRunsShare() {
        List<Stripe> stripes = plan(12, GIB, new PfnRun(1, 2), new PfnRun(5, 6), new PfnRun(32_767, 32_769));

        assertThat(stripes).singleElement().extracting(Stripe::chunks).isEqualTo(2);
    }

    @Test
    void shouldRefuseMoreStripesThanARecordCanName() {
        assertThatThrownBy(() -> plan(12, GIB, new PfnRun(0, 4097 * GIB_PAGES)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than 4096");
        assertThat(plan(12, GIB, new PfnRun(0, 4096 * GIB_PAGES))).hasSize(4096);
    }

    private static List<Stripe> plan(int pageShift, long stripeBytes, PfnRun... present) {
        long end = present[present.length - 1].endPfn();
        return Stripe.plan(new PfnRuns(List.of(present)), end, pageShift, stripeBytes, "d", 4);
    }
}
