// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.UnmappedAddressException;
import org.vmcorestream.vmcore.elf.Segment;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.machine.X8664;
import org.vmcorestream.vmcore.memory.MemoryExtents;
import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.memory.SegmentMemory;

/**
 * Page tables written by hand: 64 pages of memory from physical address 0 on, the file holds all but the last 16 bytes.
 * Table n of a walk is page n.
 */
class PageTablesTest {
    private static final int PAGE = 4096;
    private static final int SIZE = 64 * PAGE;
    private static final long PRESENT = 1;
    private static final long LARGE = 1 << 7;
    private static final long NX = Long.MIN_VALUE;
    private static final long SME = 1L << 47;

    @TempDir
    Path folder;

    private final ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private final AtomicInteger reads = new AtomicInteger();
    private DumpFile file;

    @BeforeEach
    void fillPages() {
        for (int at = 0; at < SIZE; at += Integer.BYTES) {
            bytes.putInt(at, at);
        }
        for (int table = 1; table <= 6; table++) {
            for (int i = 0; i < 512; i++) {
                entry(table, i, 0);
            }
        }
    }

    @AfterEach
    void closeFile() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    private void entry(int table, int index, long value) {
        bytes.putLong(table * PAGE + index * 8, value);
    }

    private PhysicalMemory memory() throws IOException {
        Path path = Files.write(folder.resolve("memory"), bytes.array());
        file = DumpFile.open(path, (position, length) -> reads.incrementAndGet());
        Segment segment = new Segment(0, Segment.PT_LOAD, 0, 0, 0, SIZE - 16, SIZE);
        return new SegmentMemory(file, MemoryExtents.of(List.of(segment)));
    }

    private KernelMemory kernel(int levels) throws IOException {
        PhysicalMemory memory = memory();
        return new KernelMemory(memory, new PageTables(memory, PAGE, X8664.entries(levels, SME)));
    }

    /** Address by its indices, highest level first. */
    private static long virt(int offset, int... indices) {
        long virt = indices[0] >= 256 ? -1 : 0;
        for (int index : indices) {
            virt = virt << 9 | index;
        }
        return virt << 12 | offset;
    }

    @Test
    void shouldFollowFourLevels() throws IOException {
        entry(1, 273, 2 * PAGE | PRESENT | SME | NX);
        entry(2, 1, 3 * PAGE | PRESENT | SME);
        entry(3, 2, 4 * PAGE | PRESENT | SME);
        entry(4, 511, 9 * PAGE | PRESENT | SME | NX | LARGE);

        KernelMemory kernel = kernel(4);

        assertThat(kernel.readInt(virt(0x100, 273, 1, 2, 511))).isEqualTo(9 * PAGE + 0x100);
        assertThat(kernel.readLong(virt(0xff8, 273, 1, 2, 511)))
                .isEqualTo((9L * PAGE + 0xffc) << 32 | 9L * PAGE + 0xff8);
    }

    @Test
    void shouldFollowFiveLevels() throws IOException {
        entry(1, 300, 2 * PAGE | PRESENT);
        entry(2, 273, 3 * PAGE | PRESENT);
        entry(3, 1, 4 * PAGE | PRESENT);
        entry(4, 2, 5 * PAGE | PRESENT);
        entry(5, 0, 10 * PAGE | PRESENT);

        assertThat(kernel(5).readInt(virt(8, 300, 273, 1, 2, 0))).isEqualTo(10 * PAGE + 8);
    }

    @Test
    void shouldFollowLargePages() throws IOException {
        entry(1, 511, 2 * PAGE | PRESENT);
        // Bit 12 of a large page is no part of its address.
        entry(2, 510, PRESENT | LARGE | 1 << 12);
        entry(2, 511, 3 * PAGE | PRESENT);
        entry(3, 7, PRESENT | LARGE | 1 << 12);

        KernelMemory kernel = kernel(4);

        assertThat(kernel.readInt(virt(0x30, 511, 510, 0, 33))).isEqualTo(33 * PAGE + 0x30);
        assertThat(kernel.readInt(virt(0x30, 511, 511, 7, 34))).isEqualTo(34 * PAGE + 0x30);
    }

    @Test
    void shouldReadAcrossPagesThatAreNotNeighbours() throws IOException {
        entry(1, 256, 2 * PAGE | PRESENT);
        entry(2, 0, 3 * PAGE | PRESENT);
        entry(3, 0, 4 * PAGE | PRESENT);
        int[] pages = {20, 21, 22, 9, 8, 40};
        for (int i = 0; i < pages.length; i++) {
            entry(4, i, (long) pages[i] * PAGE | PRESENT);
        }
        KernelMemory kernel = kernel(4);
        ByteBuffer into = ByteBuffer.allocateDirect(6 * PAGE).order(ByteOrder.LITTLE_ENDIAN);

        kernel.read(virt(4, 256, 0, 0, 0), 6 * PAGE - 8, into);

        assertThat(into.position()).isEqualTo(6 * PAGE - 8);
        for (int at = 0; at < 6 * PAGE - 8; at += 4) {
            assertThat(into.getInt(at)).isEqualTo(pages[(at + 4) / PAGE] * PAGE + (at + 4) % PAGE);
        }
        assertThat(reads.get()).as("4 tables, 3 pages in a row, 3 alone").isEqualTo(8);
    }

    @Test
    void shouldReadNothingTwiceForNeighbouringWords() throws IOException {
        entry(1, 256, 2 * PAGE | PRESENT);
        entry(2, 0, 3 * PAGE | PRESENT);
        entry(3, 0, PRESENT | LARGE);
        KernelMemory kernel = kernel(4);
        for (int i = 0; i < 100; i++) {
            assertThat(kernel.readInt(virt(i * 4, 256, 0, 0, 30))).isEqualTo(30 * PAGE + i * 4);
        }

        assertThat(reads.get()).isEqualTo(103);
    }

    @Test
    void shouldRefuseWhatIsNotMapped() throws IOException {
        entry(1, 256, 2 * PAGE | PRESENT);
        entry(1, 257, 2 * PAGE | PRESENT | LARGE);
        entry(1, 258, (1L << 40) | PRESENT);
        entry(1, 259, 63 * PAGE | PRESENT);
        entry(2, 0, 3 * PAGE | PRESENT);
        entry(3, 0, 4 * PAGE | PRESENT);
        entry(4, 0, 5 * PAGE);
        entry(4, 1, 63 * PAGE | PRESENT);
        entry(4, 2, 70 * PAGE | PRESENT);
        KernelMemory kernel = kernel(4);

        for (long virt : new long[] {
            virt(0, 256, 0, 0, 0), // not present
            virt(0xff0, 256, 0, 0, 1), // without data
            virt(0xfec, 256, 0, 0, 1), // partly without data
            virt(0, 256, 0, 0, 2), // no memory
            virt(0, 256, 0, 1, 0), // no table
            virt(0, 257, 0, 0, 0), // a large page where none can be
            virt(0, 258, 0, 0, 0), // table where no memory is
            virt(0, 259, 0, 0, 0), // table of which a part is not in the file
            virt(0, 0, 0, 0, 0),
            0x0100_0000_0000_0000L, // not canonical
            0xfeff_8000_0000_0000L,
            -4
        }) {
            ByteBuffer into = ByteBuffer.allocate(64).position(3);
            assertThatThrownBy(() -> kernel.read(virt, 8, into))
                    .as(Long.toHexString(virt))
                    .isInstanceOf(UnmappedAddressException.class)
                    .hasMessageContaining("8 bytes from 0x" + Long.toHexString(virt));
            assertThat(into.position()).isEqualTo(3);
        }
        assertThat(kernel.readable(virt(0xfef, 256, 0, 0, 1))).isTrue();
        assertThat(kernel.readable(virt(0xff0, 256, 0, 0, 1))).isFalse();
        ByteBuffer some = ByteBuffer.allocate(64);
        assertThat(kernel.readSome(virt(0xfe8, 256, 0, 0, 1), 16, some)).isEqualTo(8);
        assertThat(some.position()).isEqualTo(8);
    }

    @Test
    void shouldEndWhereTablesPointAtThemselves() throws IOException {
        for (int i = 0; i < 512; i++) {
            entry(1, i, PAGE | PRESENT);
        }
        KernelMemory kernel = kernel(4);

        assertThat(kernel.readLong(virt(16, 256, 1, 2, 3))).isEqualTo(PAGE | PRESENT);
        ByteBuffer into = ByteBuffer.allocate(1 << 16);
        kernel.read(virt(0, 256, 0, 0, 0), 1 << 16, into);
        assertThat(into.hasRemaining()).isFalse();
    }
}
