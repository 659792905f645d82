// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/**
 * How fast a disk takes a file: one writer, from the beginning to the end, 1 MiB at a time, of bytes that cannot be compressed, and
 * then until all of it is on the disk.
 *
 * @param cachedNanos until the last write returned; much of the file may still be in the page cache only
 * @param syncedNanos until it was on the disk
 */
public record DiskSpeed(long cachedNanos, long syncedNanos) {
    private static final int WRITE = 1 << 20;
    private static final int DIFFERENT_WRITES = 16;

    /** Writes a file of so many bytes to a folder, and removes it. */
    public static DiskSpeed measure(Path folder, long bytes) throws IOException {
        byte[] random = new byte[WRITE * DIFFERENT_WRITES];
        new Random(bytes).nextBytes(random);
        ByteBuffer source = ByteBuffer.allocateDirect(random.length).put(random);
        Path file = Files.createTempFile(folder, "disk-", ".bin");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long began = System.nanoTime();
            for (long at = 0; at < bytes; at += WRITE) {
                int from = (int) (at % random.length);
                source.limit(from + (int) Math.min(WRITE, bytes - at)).position(from);
                while (source.hasRemaining()) {
                    channel.write(source);
                }
            }
            long cached = System.nanoTime() - began;
            channel.force(false);
            return new DiskSpeed(cached, System.nanoTime() - began);
        } finally {
            Files.delete(file);
        }
    }
}
