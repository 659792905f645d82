// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TeardownTest {
    private final List<String> closed = Collections.synchronizedList(new ArrayList<>());

    @Test
    void shouldCloseLastInFirstOut() {
        try (Teardown teardown = new Teardown()) {
            teardown.add(() -> closed.add("broker"));
            teardown.add(() -> closed.add("client"));
        }
        assertThat(closed).containsExactly("client", "broker");
    }

    @Test
    void shouldNotCloseWhatIsLeftToTheEndOfTheProcess() {
        AutoCloseable service = () -> closed.add("service");
        AutoCloseable broker = () -> closed.add("broker");
        try (Teardown teardown = new Teardown()) {
            teardown.add(() -> closed.add("folder"));
            teardown.add(broker);
            teardown.add(() -> closed.add("client"));
            teardown.addBeside(service);
            teardown.leave(broker);
            teardown.leave(service);
        }
        assertThat(closed).containsExactly("client", "folder");
    }

    @Test
    @Timeout(20)
    void shouldCloseTheRestWhereOneNeverCloses() {
        CountDownLatch never = new CountDownLatch(1);
        try (Teardown teardown = new Teardown(Duration.ofMillis(50))) {
            teardown.add(() -> closed.add("folder"));
            teardown.add(never::await);
        }
        assertThat(closed).containsExactly("folder");
    }

    @Test
    @Timeout(20)
    void shouldCloseTheRestWhereTheThreadIsInterrupted() {
        try (Teardown teardown = new Teardown()) {
            teardown.add(() -> closed.add("folder"));
            teardown.add(() -> {
                Thread.sleep(50);
                closed.add("client");
            });
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(closed).containsExactly("client", "folder");
    }

    @Test
    @Timeout(20)
    void shouldCloseAtTheSameTimeWhatStandsBesideEachOther() {
        CountDownLatch both = new CountDownLatch(2);
        AutoCloseable waiting = () -> {
            both.countDown();
            both.await();
            closed.add("service");
        };
        try (Teardown teardown = new Teardown()) {
            teardown.addBeside(() -> closed.add("broker"));
            teardown.add(waiting);
            teardown.addBeside(waiting);
        }
        assertThat(closed).containsExactly("service", "service", "broker");
    }
}
