// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.vmcorestream.benchmarks.Chunks;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.MemmapCodec;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.Vmcore;

/** Where the memory map of each chunk lies, to bytes and back. */
@State(Scope.Thread)
public class MemmapBenchmark {
    /** Path of a vmcore. */
    @Param("-")
    public String input;

    private final List<MemmapRuns> chunks = new ArrayList<>();
    private final List<ByteBuffer> encoded = new ArrayList<>();
    private final MemmapRuns decoded = new MemmapRuns();
    private int pagesOfChunk;

    /** Reads the page tables of the memory map. */
    @Setup
    public void read() throws IOException {
        try (Vmcore vmcore = Vmcore.open(Path.of(input))) {
            pagesOfChunk = MemmapRuns.pages(vmcore.structPageSize(), 1 << 12);
            ChunkDescriber describer = vmcore.describer();
            for (long chunk = 0; Chunk.firstPfn(chunk) < vmcore.memory().endPfn(); chunk++) {
                if (Chunks.hasMemory(vmcore, chunk)) {
                    MemmapRuns runs = new MemmapRuns();
                    describer.memmap(chunk, runs);
                    chunks.add(runs);
                    encoded.add(ByteBuffer.wrap(MemmapCodec.encode(runs)));
                }
            }
        }
    }

    /** To bytes. */
    @Benchmark
    public int encode(Work work) {
        int bytes = 0;
        for (MemmapRuns runs : chunks) {
            bytes += MemmapCodec.encode(runs).length;
        }
        work.pages += (long) chunks.size() * Chunk.PAGES;
        work.stored += bytes;
        return bytes;
    }

    /** And back. */
    @Benchmark
    public int decode(Work work) throws MalformedRecordException {
        int runs = 0;
        for (ByteBuffer bytes : encoded) {
            MemmapCodec.decode(bytes, pagesOfChunk, decoded);
            runs += decoded.runs();
        }
        work.pages += (long) chunks.size() * Chunk.PAGES;
        return runs;
    }
}
