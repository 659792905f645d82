// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFolderTest {
    @TempDir
    Path folder;

    private void write(String name, int bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[bytes]);
    }

    @Test
    void shouldSeeSegmentsAlone() throws IOException {
        write("vmcore.dumps-0/00.log", 7);
        write("vmcore.dumps-0/00.index", 100);
        write("vmcore.page-data-1/00.log", 3);
        write("meta.properties", 5);
        Map<String, Long> found = new TreeMap<>();
        LogFolder.read(
                folder,
                (segment, bytes) -> found.put(segment.getParent().getFileName().toString(), bytes));
        assertThat(found).containsExactly(Map.entry("vmcore.dumps-0", 7L), Map.entry("vmcore.page-data-1", 3L));
    }

    @Test
    void shouldPassOverWhatIsRemovedMeanwhile() throws IOException {
        for (int i = 0; i < 50; i++) {
            write("a-" + i + "/00.log", 1);
        }
        long[] seen = new long[1];
        LogFolder.read(folder, (segment, bytes) -> {
            seen[0]++;
            for (int i = 0; i < 50; i++) {
                remove(folder.resolve("a-" + i));
            }
        });
        assertThat(seen[0]).isEqualTo(1);
    }

    private static void remove(Path directory) {
        try {
            Files.deleteIfExists(directory.resolve("00.log"));
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldComplainOfAFolderThatIsNotThere() {
        assertThatThrownBy(() -> LogFolder.read(folder.resolve("none"), (segment, bytes) -> {}))
                .isInstanceOf(NoSuchFileException.class);
    }
}
