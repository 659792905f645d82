// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Between two runs: the files of the one are gone, and nothing of it is still to be written, before the other begins. */
final class Removal {
    private static final long PATIENCE_SECONDS = 300;

    private Removal() {}

    /** Removes a file together with the folder that was made for it. */
    static void ofFolderOf(Path file) throws IOException {
        List<Path> all;
        try (Stream<Path> below = Files.walk(file.getParent())) {
            all = below.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    /**
     * Waits until all that was written is on the disk, and sees to it that memory was {@linkplain TouchedMemory touched} before.
     *
     * @param scratch a folder of the benchmark
     */
    static void settle(Path scratch) throws IOException, InterruptedException {
        Process sync = new ProcessBuilder("sync").inheritIO().start();
        if (!sync.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            sync.destroyForcibly();
            throw new BenchmarkFailure("the disk did not settle within " + PATIENCE_SECONDS + " s");
        }
        TouchedMemory.fill(scratch);
    }
}
