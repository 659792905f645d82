// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SilenceWatchTest {
    private long seconds;
    private final List<Long> told = new ArrayList<>();
    private final SilenceWatch watch = new SilenceWatch(
            () -> Duration.ofSeconds(seconds).toNanos(),
            new CaptureProgress() {
                @Override
                public void at(Stage stage, long done, long total) {}

                @Override
                public void silent(Duration since, Duration patience) {
                    assertThat(patience).isEqualTo(Duration.ofHours(1));
                    told.add(since.toSeconds());
                }
            },
            Duration.ofHours(1));

    @Test
    void shouldTellAfterTenSecondsThenEachMinuteThenThatItIsOver() {
        for (seconds = 0; seconds <= 140; seconds++) {
            watch.look();
        }
        seconds = 1;
        watch.look();
        watch.look();
        assertThat(told).containsExactly(10L, 70L, 130L, 0L);
    }

    @Test
    void shouldSayNothingWhileTheClusterAnswers() {
        for (seconds = 0; seconds < 10; seconds++) {
            watch.look();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void shouldCountSilenceOnlyWhileSomethingIsOnItsWay() {
        SendFailure records = new SendFailure(topic -> OptionalLong.empty());
        assertThat(records.silence()).isZero();
        records.sending();
        records.sending();
        records.answered();
        assertThat(records.silence()).isGreaterThanOrEqualTo(0);
        records.answered();
        assertThat(records.silence()).isZero();
    }
}
