// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.schemas.records.DumpState;

/** When an assembly that waits is looked at again. */
@Timeout(60)
class AssemblyPoolTest {
    @TempDir
    private Path folder;

    private AssemblyHarness harness;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
    }

    @ParameterizedTest
    @CsvSource({"0, 20", "24, 20", "25, 40", "50, 80", "75, 160", "100, 200", "1000, 200", "2147483647, 200"})
    void shouldLookLessOftenAtOneThatHasWaitedForLonger(int idleTurns, long millis) {
        assertThat(AssemblyPool.pause(idleTurns)).isEqualTo(millis);
    }

    @Test
    void shouldFinishADumpWhoseRecordsComeWhileItWaits() throws Exception {
        SampleDump dump = harness.dump(1).log();
        Assembly assembly = harness.assembly(dump, DumpState.OPENED);
        CountDownLatch ended = new CountDownLatch(1);
        List<Throwable> fatal = new CopyOnWriteArrayList<>();
        try (AssemblyPool pool = new AssemblyPool(1, each -> ended.countDown(), fatal::add, harness.clock)) {
            pool.start(assembly);
            dump.verdicts().batches(0);
            assembly.update(dump.plan(DumpState.CAPTURING));
            dump.end(0).pages(1).pages(2);
            assembly.update(dump.plan(DumpState.CAPTURED));
            assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(fatal).isEmpty();
        assertThat(harness.outbox.files)
                .singleElement()
                .satisfies(file -> assertThat(file.getComplete()).isTrue());
        harness.check(dump, harness.file(dump));
    }

    @Test
    void shouldRingWhenTheDumpHasNewsAndWhenItsFileIsPublished() {
        SampleDump dump = harness.dump(1).log().verdicts().pages();
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURING);
        BlockingQueue<String> rings = new LinkedBlockingQueue<>();
        assembly.setBell(() -> rings.add("ring"));
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        assertThat(rings).isEmpty();

        assembly.update(dump.plan(DumpState.CAPTURED));
        assertThat(rings).hasSize(1);
        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        assertThat(rings).as("dump-files has it").hasSize(2);
    }

    @Test
    void shouldExpectRecordsOnlyForAWhile() throws OffsetGoneException {
        StageReader reader = new StageReader(harness.readers, false);
        reader.seek("t", 0, 0);
        assertThat(reader.takeExpectant()).as("nothing was read").isFalse();
        reader.read();
        assertThat(reader.takeExpectant()).isTrue();
        assertThat(reader.takeExpectant()).as("nothing was read since").isFalse();
        for (int i = 0; i < 100; i++) {
            reader.read();
        }

        assertThat(reader.takeExpectant()).isFalse();
    }

    @Test
    void shouldNotWaitForRecordsWhileOthersWantTheWorker() throws OffsetGoneException {
        CountedReaders told = new CountedReaders(harness.cluster);
        StageReader reader = new StageReader(new SharedReaders(told, 1, harness.clock), false);
        reader.seek("t", 0, 0);
        reader.read();
        reader.setHurried(true);
        reader.read();
        reader.setHurried(false);
        reader.read();

        assertThat(told.waits()).hasSize(3);
        assertThat(told.waits().get(1)).isLessThan(told.waits().get(0));
        assertThat(told.waits().get(2)).isEqualTo(told.waits().get(0));
    }
}
