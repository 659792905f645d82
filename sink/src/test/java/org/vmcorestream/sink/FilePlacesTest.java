// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who may begin a file. */
class FilePlacesTest {
    private final FilePlaces places = new FilePlaces(4);

    @Test
    void shouldGiveLiveDumpsAllThereAre() {
        for (int i = 0; i < 4; i++) {
            assertThat(places.take(false)).isTrue();
        }
        assertThat(places.take(false)).isFalse();
        places.giveBack(false);
        assertThat(places.take(false)).isTrue();
    }

    @Test
    void shouldGiveReplaysHalfOfThem() {
        assertThat(places.take(true)).isTrue();
        assertThat(places.take(true)).isTrue();
        assertThat(places.take(true)).isFalse();
        assertThat(places.take(false)).isTrue();
        assertThat(places.take(false)).isTrue();
        places.giveBack(true);
        assertThat(places.take(true)).isTrue();
    }

    @Test
    void shouldGiveAReplayTheOnlyOneThereIs() {
        FilePlaces one = new FilePlaces(1);
        assertThat(one.take(true)).isTrue();
        assertThat(one.take(false)).isFalse();
        one.giveBack(true);
        assertThat(one.take(false)).isTrue();
    }

    @Test
    void shouldGiveADumpWithoutPagesNothingWhileAnotherWaits() {
        for (int i = 0; i < 4; i++) {
            assertThat(places.takeEarly()).isTrue();
        }
        assertThat(places.takeEarly()).isFalse();
        assertThat(places.isShort()).as("nobody with pages waits").isFalse();
        assertThat(places.take(false)).isFalse();

        assertThat(places.isShort()).isTrue();
        places.giveBack(false);
        assertThat(places.isShort()).isFalse();
        assertThat(places.takeEarly()).as("the other one comes first").isFalse();
        assertThat(places.take(false)).isTrue();
        places.giveBack(false);
        assertThat(places.takeEarly()).isTrue();
    }
}
