// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinishedFileTest {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    Path folder;

    @Test
    void shouldSeeAFileWhenItGetsItsFinalName() throws Exception {
        Files.createFile(Files.createDirectory(folder.resolve("earlier")).resolve("vmcore"));
        try (FinishedFile watched = FinishedFile.under(folder)) {
            long before = System.nanoTime();
            Path finished = finish(folder.resolve("dump"));
            FinishedFile.Arrival arrival = watched.await(PATIENCE);
            assertThat(arrival.path()).isEqualTo(finished);
            assertThat(arrival.nanoTime()).isBetween(before, System.nanoTime());
        }
    }

    @Test
    void shouldSeeAFileThatCameBeforeItWasWaitedFor() throws Exception {
        Path dump = finish(folder.resolve("elsewhere")).getParent();
        Path sink = Files.createDirectory(folder.resolve("sink"));
        try (FinishedFile watched = FinishedFile.under(sink)) {
            Files.move(dump, sink.resolve("dump"));
            assertThat(watched.await(PATIENCE).path()).isEqualTo(sink.resolve("dump/vmcore"));
        }
    }

    @Test
    void shouldNotTakeAHalfMadeFileForAFinishedOne() throws Exception {
        try (FinishedFile watched = FinishedFile.under(folder)) {
            Files.createFile(Files.createDirectory(folder.resolve("dump")).resolve("vmcore.partial"));
            assertThatThrownBy(() -> watched.await(TimeUnit.MILLISECONDS.toNanos(50)))
                    .isInstanceOf(BenchmarkFailure.class)
                    .hasMessageContaining("no file within");
        }
    }

    @Test
    void shouldWaitForAllPartsOfADump() throws Exception {
        try (FinishedFile watched = FinishedFile.under(folder, 2)) {
            Path dump = Files.createDirectory(folder.resolve("dump"));
            Files.createFile(dump.resolve("vmcore-2of2"));
            assertThatThrownBy(() -> watched.await(TimeUnit.MILLISECONDS.toNanos(50)))
                    .isInstanceOf(BenchmarkFailure.class);
            Path last = Files.createFile(dump.resolve("vmcore-1of2"));
            assertThat(watched.await(PATIENCE).path()).isEqualTo(last);
        }
    }

    private static Path finish(Path dump) throws IOException {
        Files.createDirectory(dump);
        Path partial = Files.createFile(dump.resolve("vmcore.partial"));
        return Files.move(partial, dump.resolve("vmcore"));
    }
}
