// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.schemas.records.DumpState;

/** Replays beside live dumps: what they may take, and how they make room. */
@Timeout(60)
class ReplayShareTest {
    @TempDir
    private Path folder;

    private AssemblyHarness harness;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
    }

    private Assembly replay(SampleDump dump) {
        SampleReplay replay = new SampleReplay(dump, SampleDump.RULE_SET, 1, 5_000).verdicts();
        return harness.replay(dump, DumpState.CAPTURED, replay.plan());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 1", "4, 2", "9, 4"})
    void shouldLetReplaysHaveHalfOfTheWorkers(int workers, int replays) {
        assertThat(AssemblyPool.replays(workers)).isEqualTo(replays);
    }

    @Test
    void shouldNotGiveTheLastReaderToAReplay() {
        SharedReaders readers = new SharedReaders(harness.cluster, 2, harness.clock);
        LogReader live = readers.open();

        assertThatThrownBy(readers::openIfNotLast).isInstanceOf(NoReaderException.class);
        assertThat(readers.contested()).isTrue();
        LogReader other = readers.open();
        readers.giveBack(other);
        readers.giveBack(live);
        LogReader replay = readers.openIfNotLast();
        readers.giveBack(readers.open());
        readers.giveBack(replay);
    }

    @Test
    void shouldGiveTheOnlyReaderThereIsToAReplayToo() {
        SharedReaders readers = new SharedReaders(harness.cluster, 1, harness.clock);

        readers.giveBack(readers.openIfNotLast());
        readers.giveBack(readers.openIfNotLast());
    }

    @Test
    void shouldReplayWhileAStalledDumpWantsTheOtherReader() {
        harness.readers = new SharedReaders(harness.cluster, 2, harness.clock);
        SampleDump stalled = harness.dump(1).log().verdicts().batches(0);
        Assembly live = harness.assembly(stalled, DumpState.CAPTURING);
        assertThat(harness.run(live)).isEqualTo(Step.IDLE);
        Assembly replay = replay(harness.dump(2).log().pages());
        Step step = Step.IDLE;
        for (int round = 0; round < 200 && step != Step.DONE; round++) {
            assertThat(harness.run(live)).isEqualTo(Step.IDLE);
            step = harness.run(replay);
        }

        assertThat(step).isEqualTo(Step.DONE);
        assertThat(harness.outbox.files).hasSize(1);
    }

    @Test
    void shouldGiveTheOnlyWorkerBackWhenALiveDumpIsDue() throws Exception {
        SampleDump slow = harness.dump(1).log().pages();
        SampleDump dump = harness.dump(2).whole();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch due = new CountDownLatch(1);
        AtomicInteger opened = new AtomicInteger();
        harness.readers = new SharedReaders(
                () -> {
                    // The first to be opened is that of the replay, which holds the worker until the live dump is due.
                    if (opened.getAndIncrement() == 0) {
                        begun.countDown();
                        awaitQuietly(due);
                    }
                    return harness.cluster.open();
                },
                100,
                harness.clock);
        Assembly replay = replay(slow);
        Assembly live = harness.assembly(dump, DumpState.CAPTURED);
        List<Assembly> ended = new CopyOnWriteArrayList<>();
        CountDownLatch both = new CountDownLatch(2);
        try (AssemblyPool pool = new AssemblyPool(
                1,
                assembly -> {
                    ended.add(assembly);
                    both.countDown();
                },
                failure -> {},
                harness.clock)) {
            pool.start(replay);
            begun.await();
            pool.start(live);
            due.countDown();
            assertThat(both.await(30, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(ended).containsExactly(live, replay);
        assertThat(harness.outbox.files).hasSize(2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
