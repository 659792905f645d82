// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BegunTest {
    private final CountDownLatch closed = new CountDownLatch(1);

    @Test
    void shouldGiveWhatWasOpenedAndCloseIt() throws Exception {
        AutoCloseable resource = closed::countDown;
        Begun<AutoCloseable> begun = Begun.begin("test", () -> resource);
        assertThat(begun.await()).isSameAs(resource);
        begun.close();
        assertThat(closed.getCount()).isZero();
    }

    @Test
    void shouldThrowWhatOpeningThrew() throws Exception {
        Begun<AutoCloseable> begun = Begun.begin("test", () -> {
            throw new IOException("no such thing");
        });
        assertThatThrownBy(begun::await).isInstanceOf(IOException.class).hasMessage("no such thing");
        begun.close();
    }

    @Test
    void shouldInterruptAnOpeningThatTakesTooLong() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch opening = new CountDownLatch(1);
        Begun<AutoCloseable> begun = Begun.begin("test", () -> {
            opening.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return closed::countDown;
        });
        opening.await();
        begun.close();
        assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(closed.getCount()).isOne();
    }

    @Test
    void shouldCloseWhatIsOpenedTooLate() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        Begun<AutoCloseable> begun = Begun.begin("test", () -> {
            opening.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                return closed::countDown;
            }
            return null;
        });
        opening.await();
        begun.close();
        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
