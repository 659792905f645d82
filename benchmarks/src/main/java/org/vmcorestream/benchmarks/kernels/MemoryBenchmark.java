// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.vmcorestream.vmcore.PageAlignedBuffer;

/** What this machine's memory gives one core: nothing that reads or copies pages can be faster. */
@State(Scope.Thread)
public class MemoryBenchmark {
    /** More than any cache holds. */
    private static final int SIZE = 128 << 20;

    /** What a producer reads at once. */
    private static final int PIECE = 2 << 20;

    /** Most of a file that is read. */
    private static final long MOST = 512L << 20;

    /** Path of a file. */
    @Param("-")
    public String input;

    private final long[] words = new long[SIZE / Long.BYTES];
    private final ByteBuffer from = PageAlignedBuffer.allocate(SIZE);
    private final ByteBuffer to = PageAlignedBuffer.allocate(SIZE);
    private FileChannel file;
    private long length;

    /** Opens the file. */
    @Setup
    public void open() throws IOException {
        from.put(0, to, 0, SIZE);
        for (int i = 0; i < words.length; i++) {
            words[i] = i;
        }
        if (!input.equals("-")) {
            file = FileChannel.open(Path.of(input), StandardOpenOption.READ);
            length = Math.min(MOST, file.size() & -PIECE);
            pageCache(new Work());
        }
    }

    /** Closes it. */
    @TearDown
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    /** Adds up all words. */
    @Benchmark
    public long read(Work work) {
        long sum = 0;
        for (long word : words) {
            sum += word;
        }
        work.bytes += SIZE;
        return sum;
    }

    /** Copies a buffer. */
    @Benchmark
    public void copy(Work work) {
        to.put(0, from, 0, SIZE);
        work.bytes += SIZE;
    }

    /** Reads a file out of the page cache, into the same buffer again and again. */
    @Benchmark
    public void pageCache(Work work) throws IOException {
        for (long at = 0; at < length; at += PIECE) {
            file.read(to.limit(PIECE).position(0), at);
        }
        to.clear();
        work.bytes += length;
    }
}
