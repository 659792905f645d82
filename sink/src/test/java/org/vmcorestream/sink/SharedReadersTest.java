// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** Readers are kept open and lent again, but not while a broker may hold the fetch of whoever had them before. */
class SharedReadersTest {
    private static final String TOPIC = "t";
    private static final long REST = ClientSettings.FETCH_WAIT_MS + 100L;

    private final FakeClock clock = new FakeClock();
    private final FakeCluster cluster = new FakeCluster();
    private final CountedReaders opened = new CountedReaders(cluster);
    private final SharedReaders readers = new SharedReaders(opened, 3, clock);

    @Test
    void shouldLendAReaderAgainOnceItHasRested() {
        LogReader first = readers.open();
        readers.giveBack(first);
        clock.advance(Duration.ofMillis(REST - 1));
        LogReader second = readers.open();
        clock.advance(Duration.ofMillis(1));
        LogReader third = readers.open();

        assertThat(second).isNotSameAs(first);
        assertThat(third).isSameAs(first);
        assertThat(opened.all()).hasSize(2);
        assertThat(opened.closed()).isEmpty();
    }

    @Test
    void shouldLendTheOneThatRestsLongest() {
        LogReader first = readers.open();
        LogReader second = readers.open();
        readers.giveBack(second);
        readers.giveBack(first);
        clock.advance(Duration.ofMillis(REST));

        assertThat(readers.open()).isSameAs(second);
        assertThat(readers.open()).isSameAs(first);
    }

    @Test
    void shouldLendAFreshReaderAtOnce() {
        LogReader fresh = cluster.open();
        readers.giveBack(readers.open());
        readers.add(fresh);

        assertThat(readers.open()).isSameAs(fresh);
    }

    @Test
    void shouldLendReadersThatWereOpenedBeforehand() {
        new ReaderWarmUp(opened, readers, TOPIC, 2, 2).run();
        List<LogReader> warm = List.copyOf(opened.all());

        assertThat(List.of(readers.open(), readers.open())).containsExactlyInAnyOrderElementsOf(warm);
        assertThat(opened.all()).hasSize(2);
    }

    @Test
    void shouldOpenNoReadersBeforehandWhereTheClusterDoesNotAnswer() {
        cluster.down(true);
        new ReaderWarmUp(opened, readers, TOPIC, 2, 2).run();

        assertThat(opened.closed()).hasSize(1).isEqualTo(opened.all());
        assertThat(readers.open()).isNotIn(opened.closed());
    }

    @Test
    void shouldKeepNoMoreReadersThanItLends() {
        for (int i = 0; i < 5; i++) {
            readers.giveBack(readers.open());
        }

        assertThat(opened.all()).hasSize(5);
        assertThat(opened.closed()).hasSize(2);
    }

    @Test
    void shouldLendAnotherReaderOnTheSameSeatForAnotherPartition() throws OffsetGoneException {
        LogReader held = readers.open();
        LogReader other = readers.open();
        StageReader stage = new StageReader(readers, false);
        stage.seek(TOPIC, 0, 0);
        stage.read();
        stage.seek(TOPIC, 1, 0);
        stage.read();
        stage.seek(TOPIC, 1, 0);

        assertThat(opened.all()).hasSize(4);
        assertThatThrownBy(readers::open).isInstanceOf(NoReaderException.class);
        stage.close();
        assertThat(readers.open()).isNotIn(List.of(held, other));
        assertThatThrownBy(readers::open).isInstanceOf(NoReaderException.class);
    }

    @Test
    void shouldNotLendAReaderAgainThatFailed() {
        StageReader stage = new StageReader(readers, false);
        stage.seek(TOPIC, 0, 0);
        cluster.down(true);
        assertThatThrownBy(stage::read).isInstanceOf(TimeoutException.class);
        stage.close();
        clock.advance(Duration.ofMillis(REST));

        assertThat(opened.closed()).hasSize(1);
        assertThat(readers.open()).isNotIn(opened.closed());
    }

    @Test
    void shouldGoOnWithAReaderThatAnswersAgain() throws OffsetGoneException {
        StageReader stage = new StageReader(readers, false);
        stage.seek(TOPIC, 0, 0);
        cluster.down(true);
        assertThatThrownBy(stage::end).isInstanceOf(TimeoutException.class);
        cluster.down(false);
        assertThat(stage.read()).isEmpty();
        stage.close();

        assertThat(opened.all()).hasSize(1);
        assertThat(opened.closed()).isEmpty();
    }

    @Test
    void shouldCloseThoseThatRestAndThoseThatComeLater() {
        LogReader late = readers.open();
        readers.giveBack(readers.open());
        readers.close();
        readers.giveBack(late);

        assertThat(opened.closed()).containsExactlyInAnyOrderElementsOf(opened.all());
    }
}
