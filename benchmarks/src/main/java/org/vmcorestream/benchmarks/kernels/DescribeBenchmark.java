// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.vmcorestream.benchmarks.Chunks;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.MemmapCodec;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.Vmcore;

/** Struct pages of a vmcore in the page cache to descriptors, and to their encoding. */
@State(Scope.Thread)
public class DescribeBenchmark {
    /** Path of a vmcore, or a kind of synthetic one. */
    @Param(Chunks.ALL_DIFFERENT)
    public String input;

    private Path synthetic;
    private Vmcore vmcore;
    private ChunkDescriber describer;
    private long[] chunks;
    private final ChunkDescriptors descriptors = new ChunkDescriptors();
    private final MemmapRuns memmap = new MemmapRuns();

    /** Opens the vmcore. */
    @Setup
    public void open() throws IOException {
        Path path = Path.of(input);
        if (input.equals(Chunks.ALL_DIFFERENT)) {
            synthetic = Files.createTempFile("kernels", ".elf");
            SyntheticMemmap.allDifferent(synthetic);
            path = synthetic;
        }
        vmcore = Vmcore.open(path);
        describer = vmcore.describer();
        chunks = LongStream.rangeClosed(0, Chunk.of(vmcore.memory().endPfn() - 1))
                .filter(chunk -> Chunks.hasMemory(vmcore, chunk))
                .toArray();
    }

    /** Closes it. */
    @TearDown
    public void close() throws IOException {
        vmcore.close();
        if (synthetic != null) {
            Files.delete(synthetic);
        }
    }

    /** Descriptors alone. */
    @Benchmark
    public int describe(Work work) throws IOException {
        int runs = 0;
        for (long chunk : chunks) {
            describer.describe(chunk, descriptors);
            runs += descriptors.runs();
            work.pages += descriptors.pages();
        }
        return runs;
    }

    /** All that a producer does with a chunk before it sends it: descriptors, where they lie, and the encoding of both. */
    @Benchmark
    public int describeAndEncode(Work work) throws IOException {
        int bytes = 0;
        for (long chunk : chunks) {
            describer.describe(chunk, descriptors);
            describer.memmap(chunk, memmap);
            bytes += DescriptorCodec.encode(descriptors).length;
            bytes += MemmapCodec.encode(memmap).length;
            work.pages += descriptors.pages();
        }
        work.stored += bytes;
        return bytes;
    }
}
