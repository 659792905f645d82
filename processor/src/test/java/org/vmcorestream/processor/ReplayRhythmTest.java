// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayRhythmTest {
    private final FakeTime time = new FakeTime();
    private int looks;

    private ReplayRhythm rhythm(double share) {
        return new ReplayRhythm(share, time, () -> looks++);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.1, 0.25, 0.5, 0.9, 1})
    void shouldTakeItsShareOfTheTimeAndNoMore(double share) {
        ReplayRhythm rhythm = rhythm(share);
        long begin = time.nanoTime();
        rhythm.begin();
        long worked = 0;
        for (int chunk = 0; chunk < 5_000; chunk++) {
            long millis = chunk % 7 * 3;
            time.work(millis);
            worked += millis;
            rhythm.beat();
        }
        rhythm.rest();
        double all = (time.nanoTime() - begin) / 1e6;
        assertThat(worked / all).isBetween(share * 0.999, share * 1.001);
    }

    @Test
    void shouldPauseThreeTimesAsLongAsItWorkedAtAQuarter() {
        ReplayRhythm rhythm = rhythm(0.25);
        rhythm.begin();
        time.work(49);
        rhythm.beat();
        assertThat(time.takeSlept()).isZero();
        time.work(51);
        rhythm.beat();
        assertThat(time.takeSlept()).isEqualTo(300);
        time.work(2);
        rhythm.rest();
        assertThat(time.takeSlept()).isEqualTo(6);
    }

    @Test
    void shouldLookUpWhileItPausesForLong() {
        ReplayRhythm rhythm = rhythm(0.01);
        rhythm.begin();
        time.work(10_000);
        rhythm.beat();
        assertThat(time.takeSlept()).isEqualTo(990_000);
        assertThat(time.longestSleepMillis()).isEqualTo(200);
        assertThat(looks).isEqualTo(1 + time.sleeps());
    }

    @Test
    void shouldLookUpThoughItNeverPauses() {
        ReplayRhythm rhythm = rhythm(1);
        rhythm.begin();
        for (int i = 0; i < 10; i++) {
            time.work(60);
            rhythm.beat();
        }
        assertThat(time.takeSlept()).isZero();
        assertThat(looks).isEqualTo(10);
    }

    @Test
    void shouldNotPauseForTimeInWhichItWaited() {
        ReplayRhythm rhythm = rhythm(0.5);
        rhythm.begin();
        rhythm.waitFor(Duration.ofMinutes(1));
        assertThat(time.takeSlept()).isEqualTo(60_000);
        time.work(60);
        rhythm.rest();
        assertThat(time.takeSlept()).isEqualTo(60);
    }

    @Test
    void shouldEndAPauseWhenTheWorkIsToEnd() {
        ReplayRhythm rhythm = new ReplayRhythm(0.01, time, () -> {
            if (++looks == 3) {
                throw new AbandonedException("closing");
            }
        });
        rhythm.begin();
        time.work(10_000);
        assertThatThrownBy(rhythm::beat).isInstanceOf(AbandonedException.class);
        assertThat(time.takeSlept()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 1.01, Double.NaN, Double.POSITIVE_INFINITY})
    void shouldRefuseAShareThatIsNone(double share) {
        assertThatThrownBy(() -> rhythm(share)).isInstanceOf(IllegalArgumentException.class);
    }
}
