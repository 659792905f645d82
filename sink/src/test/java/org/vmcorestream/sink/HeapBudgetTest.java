// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who gets heap for bitmaps. */
class HeapBudgetTest {
    private final HeapBudget heap = new HeapBudget(100);

    @Test
    void shouldGiveLiveDumpsAllThereIs() {
        assertThat(heap.take(60, false)).isTrue();
        assertThat(heap.take(41, false)).isFalse();
        assertThat(heap.take(40, false)).isTrue();
        heap.giveBack(60, false);
        assertThat(heap.take(60, false)).isTrue();
    }

    @Test
    void shouldGiveReplaysHalfOfIt() {
        assertThat(heap.take(10, false)).isTrue();
        assertThat(heap.take(30, true)).isTrue();
        assertThat(heap.take(21, true)).isFalse();
        assertThat(heap.take(20, true)).isTrue();
        assertThat(heap.take(40, false)).isTrue();
        heap.giveBack(30, true);
        assertThat(heap.take(30, true)).isTrue();
    }

    @Test
    void shouldGiveAReplayMoreThanHalfOnlyWhileNobodyHasAnything() {
        assertThat(heap.take(1, false)).isTrue();
        assertThat(heap.take(80, true)).isFalse();
        heap.giveBack(1, false);
        assertThat(heap.take(80, true)).isTrue();
        assertThat(heap.take(1, true)).as("another replay").isFalse();
        assertThat(heap.take(20, false)).isTrue();
    }

    @Test
    void shouldWantBackFromAReplayWhatALiveDumpWaitsFor() {
        assertThat(heap.take(80, true)).isTrue();
        assertThat(heap.wantsBack(80)).isFalse();
        assertThat(heap.take(30, false)).isFalse();

        assertThat(heap.wantsBack(50)).as("no more than half").isFalse();
        assertThat(heap.wantsBack(80)).isTrue();
        assertThat(heap.wantsBack(80)).as("it was told").isFalse();
    }

    @Test
    void shouldNotWantBackWhatNobodyWaitsForAnyMore() {
        assertThat(heap.take(80, true)).isTrue();
        assertThat(heap.take(30, false)).isFalse();
        assertThat(heap.take(20, false)).isTrue();

        assertThat(heap.wantsBack(80)).isFalse();
    }

    @Test
    void shouldGiveADumpWithoutPagesNothingWhileAnotherWaits() {
        assertThat(heap.takeEarly(60)).isTrue();
        assertThat(heap.takeEarly(60)).isFalse();
        assertThat(heap.isShort()).as("nobody with pages waits").isFalse();
        assertThat(heap.take(50, false)).isFalse();

        assertThat(heap.isShort()).isTrue();
        assertThat(heap.takeEarly(10)).isFalse();
        heap.giveBack(60, false);
        assertThat(heap.isShort()).isFalse();
        assertThat(heap.takeEarly(10)).as("the other one comes first").isFalse();
        assertThat(heap.take(50, false)).isTrue();
        assertThat(heap.takeEarly(10)).isTrue();
    }

    @Test
    void shouldGiveNoMoreSharesThanThereMayBeFiles() {
        HeapBudget two = new HeapBudget(100, 2);
        assertThat(two.takeEarly(1)).isTrue();
        assertThat(two.take(1, false)).isTrue();
        assertThat(two.takeEarly(1)).isFalse();
        assertThat(two.take(1, true)).isFalse();
        assertThat(two.isShort()).isFalse();
        assertThat(two.take(1, false)).isFalse();
        assertThat(two.isShort()).as("a dump with pages waits for the place of one without").isTrue();
        two.giveBack(1, false);
        assertThat(two.take(1, false)).isTrue();
        assertThat(two.isShort()).isFalse();
    }
}
