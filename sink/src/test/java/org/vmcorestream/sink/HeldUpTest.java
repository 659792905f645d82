// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.schemas.records.DumpState;

/** A sink with more to do than it has workers, readers or heap for. */
class HeldUpTest {
    private static final Duration LONG = AssemblyHarness.STALL.multipliedBy(2);

    @TempDir
    private Path folder;

    private AssemblyHarness harness;

    @BeforeEach
    void start() {
        harness = new AssemblyHarness(folder);
    }

    /** A dump that is being captured, read up to where its capture is. */
    private Assembly waiting(SampleDump dump) {
        dump.log().verdicts().batches(0);
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURING);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        return assembly;
    }

    private void finish(SampleDump dump, Assembly assembly) throws Exception {
        dump.end(0).pages(1).pages(2);
        assembly.update(dump.plan(DumpState.CAPTURED));
        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);
        assertThat(harness.outbox.files)
                .filteredOn(file -> file.getDumpId().equals(dump.dumpId))
                .singleElement()
                .satisfies(file -> assertThat(file.getComplete()).isTrue());
        harness.check(dump, harness.file(dump));
    }

    @Test
    void shouldNotTakeALongWaitForAWorkerForAStalledCapture() throws Exception {
        SampleDump dump = harness.dump(1);
        Assembly assembly = waiting(dump);
        CountDownLatch free = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        harness.readers = new SharedReaders(
                () -> {
                    busy.countDown();
                    try {
                        free.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return harness.cluster.open();
                },
                100,
                harness.clock);
        Assembly hog = harness.assembly(harness.dump(2).whole(), DumpState.CAPTURED);
        List<Assembly> ended = new CopyOnWriteArrayList<>();
        try (AssemblyPool pool = new AssemblyPool(1, ended::add, failure -> {}, harness.clock)) {
            pool.start(hog);
            busy.await();
            pool.start(assembly);
            harness.clock.advance(LONG);
            free.countDown();
            for (int i = 0; i < 1_000 && ended.isEmpty(); i++) {
                Thread.sleep(10);
            }
            // Time for many steps of the other, each of which would end it.
            Thread.sleep(300);
            assertThat(ended).containsExactly(hog);
        }
        finish(dump, assembly);
    }

    @Test
    void shouldNotTakeALongWaitForAReaderForAStalledCapture() throws Exception {
        harness.readers = new SharedReaders(harness.cluster, 1, harness.clock);
        SampleDump dump = harness.dump(1);
        Assembly assembly = waiting(dump);
        SharedReaders readers = harness.readers;
        // Somebody asks, so a reader at rest is given back, and then somebody else has it.
        LogReader taken = null;
        for (int i = 0; i < 100 && taken == null; i++) {
            try {
                taken = readers.open();
            } catch (NoReaderException e) {
                harness.run(assembly);
            }
        }
        assertThat(taken).isNotNull();
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        harness.clock.advance(LONG);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        readers.giveBack(taken);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        finish(dump, assembly);
    }

    /** Dumps that wait for their turn to send, as many as there are readers, would else hold up those that are sent. */
    @Test
    void shouldGiveItsReaderBackWhileNoPagesAreAnnounced() throws Exception {
        harness.readers = new SharedReaders(harness.cluster, 1, harness.clock);
        SampleDump waiting = harness.dump(1).log().verdicts();
        Assembly early = harness.assembly(waiting, DumpState.CAPTURING);
        assertThat(harness.run(early)).isEqualTo(Step.IDLE);
        SampleDump sent = harness.dump(2).whole();
        Assembly other = harness.assembly(sent, DumpState.CAPTURED);

        assertThat(harness.run(other)).as("while the reader is lent").isEqualTo(Step.IDLE);
        assertThat(harness.run(early)).isEqualTo(Step.IDLE);
        assertThat(harness.run(early)).isEqualTo(Step.IDLE);
        assertThat(harness.run(other)).isEqualTo(Step.DONE);

        harness.check(sent, harness.file(sent));
        waiting.pages();
        early.update(waiting.plan(DumpState.CAPTURED));
        assertThat(harness.run(early)).isEqualTo(Step.DONE);
        harness.check(waiting, harness.file(waiting));
    }

    /** 128 MiB is what a heap of 512 MiB has for readers. */
    @ParameterizedTest
    @CsvSource({"2, 128, 16", "64, 128, 16", "2, 1024, 34", "64, 1024, 96", "2, 4, 2"})
    void shouldOpenNoMoreReadersThanFitIntoTheHeap(int assemblies, long mebibytes, int expected) {
        assertThat(SinkService.mostReaders(assemblies, mebibytes << 20)).isEqualTo(expected);
    }
}
