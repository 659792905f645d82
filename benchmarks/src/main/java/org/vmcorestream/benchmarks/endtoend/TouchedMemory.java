// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Memory as a machine has it that has been up for some days: little of it is free, the page cache has the rest, and what a process
 * asks for was used by another one before.
 *
 * <p>A virtual machine may have memory that its host never gave it, or took back because it was free (free page reporting, Linux
 * mm/page_reporting.c). The first write to such a page ends in the host, and what is measured then is how fast a host gives memory:
 * an eighth of the speed of a write to the page cache on the machine that docs/performance.md is of. So before each run as much is read
 * through the page cache as memory is free. What is read are holes of a file, which need no disk.
 */
public final class TouchedMemory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");

    /** Linux keeps some memory free whatever one reads; as much is left. */
    private static final long LEFT_BYTES = 300L << 20;

    private static final int READ = 4 << 20;

    /** Of a file of holes: what was read once is in the page cache and would fill nothing, so each time begins somewhere else. */
    private static final long HOLES_BYTES = 8L << 40;

    private TouchedMemory() {}

    /**
     * Reads holes until the page cache has what is free now; without an effect where the system is not Linux.
     *
     * @param folder where the file of holes is made when it is not there; whoever owns the folder removes it with the file
     */
    public static void fill(Path folder) throws IOException {
        long left = freeBytes() - LEFT_BYTES;
        if (left <= 0) {
            return;
        }
        ByteBuffer read = ByteBuffer.allocateDirect(READ);
        try (FileChannel holes = FileChannel.open(
                folder.resolve("holes"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            holes.write(ByteBuffer.allocate(1), HOLES_BYTES - 1);
            long at = ThreadLocalRandom.current().nextLong(HOLES_BYTES / 2 / READ) * READ;
            for (; left > 0; left -= READ, at += READ) {
                holes.read(read.clear(), at);
            }
        }
    }

    /** MemFree of /proc/meminfo, 0 where there is none. */
    private static long freeBytes() throws IOException {
        if (!Files.isReadable(MEMINFO)) {
            return 0;
        }
        for (String line : Files.readAllLines(MEMINFO)) {
            if (line.startsWith("MemFree:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        return 0;
    }
}
