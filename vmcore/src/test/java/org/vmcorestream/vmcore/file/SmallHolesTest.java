// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Short reads of a sparse file. */
class SmallHolesTest {
    private static final int BLOCK = 64 << 10;
    private static final int BLOCKS = 100;

    @TempDir
    Path folder;

    @Test
    void shouldGiveWhatAPlainReadGivesWithoutReadingHoles() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path path = folder.resolve("sparse");
        boolean[] data = new boolean[BLOCKS];
        byte[] noise = new byte[BLOCK];
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int block = 0; block < BLOCKS; block++) {
                data[block] = random.nextInt(3) == 0 || block == BLOCKS - 1;
                if (data[block]) {
                    random.nextBytes(noise);
                    channel.write(ByteBuffer.wrap(noise), (long) block * BLOCK);
                }
            }
        }
        byte[] plain = Files.readAllBytes(path);
        AtomicInteger reads = new AtomicInteger();
        try (DumpFile file = DumpFile.open(path, (position, length) -> reads.incrementAndGet())) {
            assumeTrue(file.holeBytes((long) firstHole(data) * BLOCK, 1) > 0, "no holes on this file system");
            ByteBuffer into = ByteBuffer.allocateDirect(BLOCK);
            for (int i = 0; i < 2000; i++) {
                int length = 1 + random.nextInt(BLOCK);
                int position = random.nextInt(plain.length - length);
                reads.set(0);
                file.readUnlessHole(position, into.clear().limit(length));

                assertThat(into.hasRemaining()).isFalse();
                assertThat(into.flip())
                        .as("seed %d, %d bytes at %d", seed, length, position)
                        .isEqualTo(ByteBuffer.wrap(plain, position, length));
                boolean hole = !data[position / BLOCK] && !data[(position + length - 1) / BLOCK];
                assertThat(reads.get())
                        .as("seed %d, %d bytes at %d", seed, length, position)
                        .isEqualTo(hole ? 0 : 1);
            }
        }
    }

    private static int firstHole(boolean[] data) {
        int block = 0;
        while (data[block]) {
            block++;
        }
        return block;
    }
}
