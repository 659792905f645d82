// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.TruncatedVmcoreException;
import org.vmcorestream.vmcore.elf.Segment;
import org.vmcorestream.vmcore.file.DumpFile;

class SegmentMemoryTest {
    private static final long FAR = 5L << 30;

    @TempDir
    Path folder;

    private final List<String> reads = new ArrayList<>();

    private static Segment load(int index, long offset, long phys, long size) {
        return new Segment(index, Segment.PT_LOAD, offset, 0, phys, size, size);
    }

    /** A file of 5 GiB and 300 bytes, all of them in a hole but the last 300, which count up from 1. */
    private DumpFile file() throws IOException {
        Path path = folder.resolve("far");
        try (RandomAccessFile out = new RandomAccessFile(path.toFile(), "rw")) {
            out.seek(FAR);
            for (int i = 1; i <= 300; i++) {
                out.write(i);
            }
        }
        return DumpFile.open(path, (position, length) -> reads.add(position - FAR + "+" + length));
    }

    @Test
    void shouldReadBehindFourGibibytesAndJoinWhatIsInOnePlace() throws IOException {
        try (DumpFile file = file()) {
            List<Segment> loads = List.of(
                    load(0, FAR, 1L << 40, 100),
                    load(1, FAR + 100, (1L << 40) + 100, 50),
                    load(2, FAR + 200, (1L << 40) + 150, 50),
                    load(3, FAR + 250, (1L << 40) + 210, 50));
            SegmentMemory memory = new SegmentMemory(file, MemoryExtents.of(loads));
            ByteBuffer into = ByteBuffer.allocateDirect(300);

            assertThat(memory.read((1L << 40) + 10, 280, into)).isEqualTo(190);
            assertThat(reads).containsExactly("10+140", "200+50");
            assertThat(into.position()).isEqualTo(190);
            assertThat(into.limit()).isEqualTo(300);
            assertThat(into.get(0)).isEqualTo((byte) 11);
            assertThat(into.get(139)).isEqualTo((byte) 150);
            assertThat(into.get(140)).isEqualTo((byte) 201);

            into.clear();
            memory.readPadded((1L << 40) + 190, 100, into);
            assertThat(into.position()).isEqualTo(100);
            assertThat(into.get(9)).isEqualTo((byte) 250);
            assertThat(into.get(10)).isZero();
            assertThat(into.get(19)).isZero();
            assertThat(into.get(20)).isEqualTo((byte) 251);
            assertThat(into.get(70)).isZero();
            assertThat(memory.read(0, 10, into)).isZero();
        }
    }

    @Test
    void shouldSayWhereAFileEndsThatShrankSinceItWasOpened() throws IOException {
        try (DumpFile file = file();
                RandomAccessFile shrink =
                        new RandomAccessFile(folder.resolve("far").toFile(), "rw")) {
            SegmentMemory memory = new SegmentMemory(file, MemoryExtents.of(List.of(load(0, FAR, 0, 300))));
            shrink.setLength(FAR + 100);

            assertThatThrownBy(() -> memory.read(0, 300, ByteBuffer.allocateDirect(300)))
                    .isInstanceOf(TruncatedVmcoreException.class)
                    .hasMessageContaining("ends at offset " + (FAR + 100))
                    .hasMessageContaining("expected 200 more bytes");
        }
    }
}
