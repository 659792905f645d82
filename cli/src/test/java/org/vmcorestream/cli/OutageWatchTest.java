// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class OutageWatchTest {
    private final List<String> said = new ArrayList<>();
    private long seconds;
    private boolean gone;
    private String lacks;
    private final OutageWatch watch = new OutageWatch(
            () -> {
                if (gone) {
                    throw new TimeoutException("nobody is there");
                }
                return Optional.ofNullable(lacks);
            },
            said::add,
            () -> Duration.ofSeconds(seconds).toNanos());

    private void lookUntil(long end) throws InterruptedException {
        for (; seconds < end; seconds += 5) {
            watch.look();
        }
    }

    @Test
    void shouldSaySoAfterTenSecondsThenEachMinuteThenThatItIsOver() throws Exception {
        lookUntil(60);
        gone = true;
        lookUntil(60 + 150);
        gone = false;
        lookUntil(300);
        assertThat(said)
                .containsExactly(
                        "No broker has answered for 10 s, waiting.",
                        "No broker has answered for 70 s, waiting.",
                        "No broker has answered for 130 s, waiting.",
                        "The cluster answers again.");
    }

    @Test
    void shouldSayNothingOfAShortSilence() throws Exception {
        for (int i = 0; i < 20; i++) {
            gone = i % 2 == 0;
            lookUntil(seconds + 5);
        }
        assertThat(said).isEmpty();
    }

    @Test
    void shouldSayWhatAClusterLacksThatCameBackEmpty() throws Exception {
        gone = true;
        lookUntil(30);
        gone = false;
        lacks = "topic vmcore.dumps is missing";
        lookUntil(110);
        lacks = null;
        lookUntil(140);
        assertThat(said)
                .containsExactly(
                        "No broker has answered for 10 s, waiting.",
                        "The cluster answers, but topic vmcore.dumps is missing.",
                        "The cluster answers, but topic vmcore.dumps is missing.",
                        "The cluster has its topics again.");
    }

    @Test
    void shouldSayThatTopicsAreMissingThoughTheClusterWasNeverSilent() throws Exception {
        lookUntil(60);
        lacks = "topic vmcore.dumps is missing";
        lookUntil(75);
        gone = true;
        lookUntil(130);
        gone = false;
        lookUntil(140);
        lacks = null;
        lookUntil(150);
        assertThat(said)
                .containsExactly(
                        "The cluster answers, but topic vmcore.dumps is missing.",
                        "No broker has answered for 10 s, waiting.",
                        "The cluster answers, but topic vmcore.dumps is missing.",
                        "The cluster has its topics again.");
    }
}
