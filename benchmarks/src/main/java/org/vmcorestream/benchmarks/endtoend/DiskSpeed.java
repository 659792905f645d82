// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/**
 * How fast a disk takes a file: one writer, from the beginning to the end, some MiB at a time, of bytes that cannot be compressed, and
 * then until all of it is on the disk. Once through the page cache and once past it (O_DIRECT); which of the two is faster depends on
 * the disk and on the memory.
 *
 * @param cachedNanos through the page cache, until the last write returned; much of the file may still be in the page cache only
 * @param syncedNanos through the page cache, until it was on the disk
 * @param directNanos past the page cache, until it was on the disk; {@link Long#MAX_VALUE} where the file system cannot do that
 */
public record DiskSpeed(long cachedNanos, long syncedNanos, long directNanos) {
    private static final int WRITE = 4 << 20;
    private static final int DIFFERENT_WRITES = 4;

    /** More than any disk's block. */
    private static final int ALIGNMENT = 4096;

    /** Until the file was on the disk, in the faster way. */
    public long onDiskNanos() {
        return Math.min(syncedNanos, directNanos);
    }

    /** Writes a file of so many bytes, rounded up to whole blocks, to a folder, twice, and removes it each time. */
    public static DiskSpeed measure(Path folder, long bytes) throws IOException {
        byte[] random = new byte[WRITE * DIFFERENT_WRITES];
        new Random(bytes).nextBytes(random);
        ByteBuffer source = ByteBuffer.allocateDirect(random.length + ALIGNMENT)
                .alignedSlice(ALIGNMENT)
                .limit(random.length)
                .slice()
                .put(random);
        long rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        long[] cached = write(folder, rounded, source);
        long direct;
        try {
            direct = write(folder, rounded, source, ExtendedOpenOption.DIRECT)[1];
        } catch (IOException | UnsupportedOperationException e) {
            direct = Long.MAX_VALUE;
        }
        return new DiskSpeed(cached[0], cached[1], direct);
    }

    /** Nanoseconds until the last write returned, and until all was on the disk. */
    private static long[] write(Path folder, long bytes, ByteBuffer source, OpenOption... how) throws IOException {
        Path file = Files.createTempFile(folder, "disk-", ".bin");
        OpenOption[] options = new OpenOption[how.length + 1];
        System.arraycopy(how, 0, options, 0, how.length);
        options[how.length] = StandardOpenOption.WRITE;
        try (FileChannel channel = FileChannel.open(file, options)) {
            long began = System.nanoTime();
            for (long at = 0; at < bytes; at += WRITE) {
                int from = (int) (at % source.capacity());
                source.limit(from + (int) Math.min(WRITE, bytes - at)).position(from);
                while (source.hasRemaining()) {
                    channel.write(source);
                }
            }
            long written = System.nanoTime() - began;
            channel.force(false);
            return new long[] {written, System.nanoTime() - began};
        } finally {
            Files.delete(file);
        }
    }
}
