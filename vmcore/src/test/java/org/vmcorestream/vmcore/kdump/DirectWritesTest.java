// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.PageAlignedBuffer;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.codec.PageCodec;

class DirectWritesTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 4321;
    private static final int BATCH = 64;

    @TempDir
    Path folder;

    @Test
    void shouldMakeTheSameFileAsThroughThePageCache() throws Exception {
        long seed = System.nanoTime();
        Path cached = folder.resolve("cached");
        Path direct = folder.resolve("direct");
        KdumpFileWriter.Summary one = write(cached, new PartialFile.OnDisk(false), seed);
        KdumpFileWriter.Summary other = write(direct, new PartialFile.OnDisk(true), seed);

        assertThat(other).as("seed %d", seed).isEqualTo(one);
        assertThat(Files.mismatch(cached, direct)).as("seed %d", seed).isEqualTo(-1);
        assertThat(KdumpFixture.crc(direct)).as("seed %d", seed).isEqualTo(one.crc32c());
    }

    /** Runs, single pages and pages of zeros, of lengths that end nowhere near a step. */
    private KdumpFileWriter.Summary write(Path file, PartialFile.Opener opener, long seed) throws IOException {
        Random random = new Random(seed);
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, PAGES, 31);
        PfnBitmap all = KdumpFixture.full(PAGES);
        try (KdumpFileWriter writer = KdumpDraft.whole(file, header, all, all, opener)) {
            for (int pfn = 0; pfn < PAGES; ) {
                int pages = Math.min(PAGES - pfn, 1 + random.nextInt(BATCH));
                int[] lengths = random.ints(pages, 0, PAGE + 1)
                        .map(length -> length < 200 ? 0 : length)
                        .toArray();
                ByteBuffer stored = noise(random, lengths);
                if (random.nextInt(4) == 0) {
                    addOneByOne(writer, pfn, lengths, stored);
                } else {
                    writer.addRun(new Run(pfn, lengths), stored, crc(stored));
                }
                pfn += pages;
            }
            return writer.finish(false);
        }
    }

    private static ByteBuffer noise(Random random, int[] lengths) {
        int bytes = 0;
        for (int length : lengths) {
            bytes += length;
        }
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return ByteBuffer.wrap(noise);
    }

    private static void addOneByOne(KdumpFileWriter writer, long first, int[] lengths, ByteBuffer stored)
            throws IOException {
        int offset = 0;
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] == 0) {
                writer.addZeroPage(first + i);
            } else {
                writer.addPage(first + i, stored, offset, lengths[i], lengths[i] == PAGE);
            }
            offset += lengths[i];
        }
    }

    private record Run(long first, int[] lengths) implements StoredRun {
        @Override
        public int pages() {
            return lengths.length;
        }

        @Override
        public long pfn(int page) {
            return first + page;
        }

        @Override
        public int length(int page) {
            return lengths[page];
        }

        @Override
        public boolean raw(int page) {
            return lengths[page] == PAGE;
        }
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    @Test
    void shouldWriteAPieceThroughThePageCacheWhereItCannotBeWrittenDirectly() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        try (FileChannel cached = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                DirectWrites writes = open(file, cached)) {
            ByteBuffer odd = ByteBuffer.allocateDirect(2 * PAGE + 1).position(1).limit(2 * PAGE + 1);
            odd.put(1, new byte[] {7, 8});
            ByteBuffer next = writes.exchange(odd.slice(), 0);
            writes.end();

            assertThat(next.capacity()).isEqualTo(2 * PAGE);
            assertThat(Files.size(file)).isEqualTo(2 * PAGE);
            assertThat(Files.readAllBytes(file)).startsWith(7, 8, 0);
            assertThat(writes.takes(PageAlignedBuffer.allocate(PAGE), 0)).isFalse();
        }
    }

    @Test
    void shouldTakeWholeMemoryPagesOnly() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        try (FileChannel cached = FileChannel.open(file, StandardOpenOption.WRITE);
                DirectWrites writes = open(file, cached)) {
            ByteBuffer pages = PageAlignedBuffer.allocate(2 * PAGE);
            assertThat(writes.takes(pages, PAGE)).isTrue();
            assertThat(writes.takes(pages, PAGE + 512)).isFalse();
            assertThat(writes.takes(pages.limit(PAGE + 512), PAGE)).isFalse();
        }
    }

    @Test
    void shouldGoRoundWithTwoBuffers() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        try (FileChannel cached = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                DirectWrites writes = open(file, cached)) {
            ByteBuffer first = PageAlignedBuffer.allocate(PAGE);
            ByteBuffer second = writes.exchange(first.put(0, (byte) 1), 0);
            assertThat(writes.exchange(second.put(0, (byte) 2), PAGE)).isSameAs(first);
            writes.end();
            assertThat(writes.exchange(first.put(0, (byte) 3), 2 * PAGE)).isSameAs(second);
            writes.end();
            byte[] bytes = Files.readAllBytes(file);
            assertThat(new byte[] {bytes[0], bytes[PAGE], bytes[2 * PAGE]}).containsExactly(1, 2, 3);
        }
    }

    @Test
    void shouldSayLaterThatABufferCouldNotBeWritten() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        try (FileChannel readOnce = new FullDisk(FileChannel.open(file, StandardOpenOption.WRITE), 0, true);
                DirectWrites writes = open(file, readOnce)) {
            ByteBuffer unaligned =
                    ByteBuffer.allocateDirect(PAGE + 1).position(1).slice();
            ByteBuffer next = writes.exchange(unaligned, 0);

            assertThatThrownBy(() -> writes.exchange(next, PAGE))
                    .isInstanceOf(IOException.class)
                    .matches(e -> DiskFullException.isReason((IOException) e));
        }
    }

    private static DirectWrites open(Path file, FileChannel cached) {
        DirectWrites writes = DirectWrites.open(file, cached);
        assumeThat(writes)
                .as("skipped: the file system of the temporary folder has no direct writes")
                .isNotNull();
        return writes;
    }
}
