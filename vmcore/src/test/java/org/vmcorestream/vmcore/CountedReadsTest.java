// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.testkit.ByteRange;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.elf.ElfCore;
import org.vmcorestream.vmcore.elf.Segment;
import org.vmcorestream.vmcore.file.DumpFile;

/**
 * What is read of a vmcore, byte range by byte range. Memory that a confidential VM has not accepted must never be
 * touched: finding out what pages are must not read pages.
 */
class CountedReadsTest {
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    private final List<ByteRange> reads = new ArrayList<>();

    private SyntheticVmcore write(String text) throws IOException {
        return SyntheticVmcore.write(folder.resolve("test.elf"), text);
    }

    private Vmcore open(SyntheticVmcore file) throws IOException {
        DumpFile dump =
                DumpFile.open(file.file(), (position, length) -> reads.add(new ByteRange(position, position + length)));
        return OpenedVmcore.of(new ElfDump(dump, Optional.empty()));
    }

    /** Page frames that were read, whole or in part. */
    private List<Long> pagesRead(SyntheticVmcore file) throws IOException {
        List<Segment> loads;
        try (DumpFile dump = DumpFile.open(file.file(), DumpFile.ReadObserver.NONE)) {
            loads = ElfCore.read(dump).loads();
        }
        List<Long> pfns = new ArrayList<>();
        for (Segment segment : loads) {
            for (long phys = segment.phys(); phys < segment.dataEnd(); phys += PAGE) {
                long at = segment.offset() + phys - segment.phys();
                if (reads.stream().anyMatch(read -> read.touches(at, at + PAGE))) {
                    pfns.add(phys / PAGE);
                }
            }
        }
        return pfns;
    }

    @Test
    void shouldReadNothingButTheKernelsStructuresToDescribePages() throws IOException {
        SyntheticVmcore file = write("""
                kernel 7.2
                memory 0-32M
                pages 4096..8192 unaccepted order=10
                pages 2048..4096 buddy order=10
                log "[    1.0] something"
                """);

        try (Vmcore vmcore = open(file)) {
            ChunkDescriptors chunk = new ChunkDescriptors();
            ChunkDescriber describer = vmcore.describer();
            for (long i = 0; i <= Chunk.of(vmcore.memory().endPfn() - 1); i++) {
                describer.describe(i, chunk);
            }
            vmcore.kernelLog();
            vmcore.kernel();
            vmcore.pages().willNeed(0, 16);
            vmcore.pages().holePages(4096, 1024);
            vmcore.pages().dataPages(4096, 1024);
        }

        Set<Long> structures = file.structurePfns();
        assertThat(pagesRead(file)).isNotEmpty().allMatch(structures::contains).noneMatch(pfn -> pfn >= 2048);
    }

    @Test
    void shouldReadExactlyThePagesThatAreAskedForInOneRead() throws IOException {
        SyntheticVmcore file = write("memory 0-16M\nelf unaligned");

        try (Vmcore vmcore = open(file)) {
            reads.clear();
            vmcore.pages().read(2000, 100, ByteBuffer.allocateDirect(100 * PAGE));
        }

        assertThat(reads).hasSize(1);
        assertThat(reads.get(0).length()).isEqualTo(100 * PAGE);
        assertThat(pagesRead(file)).hasSize(100).startsWith(2000L).endsWith(2099L);
    }

    @Test
    void shouldDescribeAChunkInFewReads() throws IOException {
        SyntheticVmcore file = write("memory 0-128M\nmapping 2M");

        try (Vmcore vmcore = open(file)) {
            ChunkDescriber describer = vmcore.describer();
            reads.clear();
            describer.describe(0, new ChunkDescriptors());
        }

        assertThat(reads).as("three page tables and the struct pages").hasSizeLessThanOrEqualTo(5);
        assertThat(reads.stream().mapToLong(ByteRange::length).max()).hasValue(2 << 20);
    }

    @Test
    void shouldNotReadStructPagesOfMemoryWithoutData() throws IOException {
        SyntheticVmcore file = write("memory 0-16M\nmemory 16M-128M\nfile 0-16M\nfile 16M-17M\nmapping 4K");

        try (Vmcore vmcore = open(file)) {
            ChunkDescriber describer = vmcore.describer();
            reads.clear();
            describer.describe(0, new ChunkDescriptors());
        }

        long structs = reads.stream()
                .filter(read -> read.length() != PAGE)
                .mapToLong(ByteRange::length)
                .sum();
        assertThat(structs).isLessThanOrEqualTo((4352 + 1) * 64);
    }
}
