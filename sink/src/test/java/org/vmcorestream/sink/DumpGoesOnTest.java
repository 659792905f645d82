// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/**
 * A capture was cut short, its file was finished as incomplete, and then the capture goes on. Its records are older than the file
 * by the clock of its host: all records of the fake cluster are.
 */
class DumpGoesOnTest extends BoardBench {
    private static final String DATA = SampleDump.TOPICS.pageData();

    @TempDir
    Path other;

    @BeforeEach
    void keepWhatIsPublished() {
        harness.outbox.stored.set(true);
    }

    private SampleDump cutShort() {
        return harness.dump(1).log().verdicts().batches(0).announce(DumpState.CAPTURING);
    }

    /** Finishes what there is, as after the stall timeout. */
    private DumpFile stall() {
        feed();
        runAll();
        harness.clock.advance(AssemblyHarness.STALL);
        runAll();
        runAll();
        return last();
    }

    private DumpFile last() {
        return harness.outbox.files.get(harness.outbox.files.size() - 1);
    }

    private static void goOn(SampleDump dump) {
        dump.end(0).pages(1).pages(2).announce(DumpState.CAPTURED);
    }

    private byte[] undisturbed() throws IOException {
        AssemblyHarness quiet = new AssemblyHarness(other);
        SampleDump dump = quiet.dump(1).whole();
        assertThat(quiet.make(dump, DumpState.CAPTURED).getComplete()).isTrue();
        return Files.readAllBytes(quiet.file(dump));
    }

    @Test
    void shouldReplaceTheIncompleteFileByTheOneOfAnUndisturbedCapture() throws IOException {
        SampleDump dump = cutShort();
        DumpFile file = stall();
        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems())
                .anyMatch(line -> line.startsWith("stripe 1: 748 of the 748 pages it keeps did not come, pfn 32768 to"))
                .anyMatch(line -> line.startsWith("the capture has not ended"));
        try (KdumpFile incomplete = KdumpFile.open(harness.file(dump))) {
            assertThat(incomplete.incomplete()).isTrue();
        }
        harness.check(dump, harness.file(dump), pfn -> dump.captured.test(pfn) && pfn < SampleDump.CHUNK);

        goOn(dump);
        feed();
        runAll();

        assertThat(last().getComplete()).as("%s", last().getProblems()).isTrue();
        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(undisturbed());
        assertThat(harness.names()).containsExactly(dump.dumpId + "-dmesg.txt", dump.dumpId + ".kdump");
    }

    @Test
    void shouldReplaceItAlsoAfterARestart() throws IOException {
        SampleDump dump = cutShort();
        assertThat(stall().getComplete()).isFalse();
        restart();
        feed();
        assertThat(started).as("nothing is made again before there is news").isEmpty();

        goOn(dump);
        restart();
        feed();
        runAll();
        assertThat(last().getComplete()).isTrue();
        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(undisturbed());
        restart();
        feed();
        assertThat(started).isEmpty();
    }

    @Test
    void shouldBeginAnewWhenTheCaptureWentOnWhileTheFileWasEnding() throws IOException {
        SampleDump dump = cutShort();
        CompletableFuture<LogPlace> arrival = new CompletableFuture<>();
        harness.outbox.arrival.set(arrival);
        assertThat(stall().getComplete()).isFalse();
        assertThat(started).as("waits for the cluster").hasSize(1);
        goOn(dump);
        feed();
        harness.outbox.arrival.set(null);
        arrival.complete(new LogPlace(0, 0));
        runAll();
        assertThat(started).as("begun anew").hasSize(1);
        runAll();

        assertThat(last().getComplete()).isTrue();
        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(undisturbed());
        assertThat(board.live()).isZero();
    }

    /** Wherever the file is when the capture that failed goes on: what it gave up before that is not given up for good. */
    @ParameterizedTest
    @MethodSource("steps")
    void shouldBeginAnewWhenACaptureThatFailedWentOnInTheMiddle(int steps) throws IOException {
        SampleDump dump = harness.dump(1).log().verdicts().batches(0).announce(DumpState.FAILED);
        feed();
        for (int step = 0; step < steps; step++) {
            started.get(0).step();
        }
        goOn(dump);
        feed();
        runAll();
        runAll();

        assertThat(last().getComplete()).as("%s", last().getProblems()).isTrue();
        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(undisturbed());
        assertThat(board.live()).isZero();
    }

    private static IntStream steps() {
        return IntStream.range(0, 24);
    }

    @Test
    void shouldBeginAnewWhenAStripeWasSentAnewToAnotherPlace() {
        SampleDump dump = cutShort();
        feed();
        runAll();
        Assembly before = started.get(0);
        dump.stripes[0].setDataOffset(7L);
        dump.announce(DumpState.CAPTURING);
        feed();

        assertThat(started).hasSize(2).first().isSameAs(before);
        assertThat(harness.run(before)).isEqualTo(Step.DONE);
        assertThat(board.live()).isEqualTo(1);
    }

    @Test
    void shouldKeepTheFileThatLacksLessWhenRetentionHasPassed() throws IOException {
        SampleDump dump = cutShort();
        DumpFile first = stall();
        byte[] bytes = Files.readAllBytes(harness.file(dump));
        harness.cluster.dropBefore(DATA, 0, harness.cluster.end(DATA, 0));
        dump.announce(DumpState.FAILED);
        DumpFile second = stall();

        assertThat(harness.kept).hasSize(1);
        assertThat(second).isEqualTo(first);
        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(bytes);
        restart();
        feed();
        assertThat(started).as("nothing is made again before there is news").isEmpty();
    }

    @Test
    void shouldNotTakeASilentClusterForACaptureThatStalls() throws IOException {
        SampleDump dump = cutShort();
        feed();
        runAll();
        harness.cluster.down(true);
        harness.clock.advance(AssemblyHarness.STALL.multipliedBy(10));
        runAll();
        harness.cluster.down(false);
        runAll();
        assertThat(harness.outbox.files).isEmpty();

        goOn(dump);
        feed();
        runAll();
        assertThat(harness.outbox.files).singleElement().matches(DumpFile::getComplete);
        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(undisturbed());
    }
}
