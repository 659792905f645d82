// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;
import org.vmcorestream.vmcore.codec.PageDecompressor;

/** Pages one by one through each codec, in each of its implementations. */
@State(Scope.Thread)
public class CodecBenchmark {
    /** Behind the name of a codec: the implementation that runs everywhere, where another is preferred. */
    static final String PORTABLE = "-portable";

    /** Path of a vmcore. */
    @Param("-")
    public String input;

    /** Name of a codec, with {@link #PORTABLE} behind it or not. */
    @Param({"ZLIB", "ZLIB-portable", "LZO", "LZO-portable", "SNAPPY", "ZSTD", "LZ4"})
    public String codec;

    private PageSample sample;
    private PageCompressor compressor;
    private PageDecompressor decompressor;
    private ByteBuffer target;
    private ByteBuffer stored;
    private ByteBuffer page;
    private int[] offsets;

    /** Reads the pages and compresses them once. */
    @Setup
    public void read() throws IOException {
        sample = PageSample.of(Path.of(input), false);
        boolean portable = codec.endsWith(PORTABLE);
        PageCodec which = PageCodec.valueOf(codec.replace(PORTABLE, ""));
        compressor = portable ? PageCompressor.portable(which) : PageCompressor.of(which);
        decompressor = portable ? PageDecompressor.portable(which) : PageDecompressor.of(which);
        int bound = compressor.bound(PageSample.PAGE);
        target = ByteBuffer.allocateDirect(bound);
        page = ByteBuffer.allocateDirect(PageSample.PAGE);
        stored = ByteBuffer.allocateDirect(sample.pages() * PageSample.PAGE + bound);
        offsets = new int[sample.pages() + 1];
        for (int i = 0; i < sample.pages(); i++) {
            int length =
                    compressor.compress(sample.contents(), i * PageSample.PAGE, PageSample.PAGE, stored, offsets[i]);
            offsets[i + 1] = offsets[i] + Math.max(0, length);
        }
    }

    /** Frees what the codecs hold. */
    @TearDown
    public void close() {
        compressor.close();
        decompressor.close();
    }

    /** Compresses pages; one that does not shrink counts as stored whole. */
    @Benchmark
    public int compress(Work work) {
        int bytes = 0;
        for (int i = 0; i < sample.pages(); i++) {
            int length = compressor.compress(sample.contents(), i * PageSample.PAGE, PageSample.PAGE, target, 0);
            bytes += length < 0 ? PageSample.PAGE : length;
        }
        work.pages += sample.pages();
        work.bytes += (long) sample.pages() * PageSample.PAGE;
        work.stored += bytes;
        return bytes;
    }

    /** Decompresses them again. */
    @Benchmark
    public int decompress(Work work) throws VmcoreException {
        int pages = 0;
        for (int i = 0; i < sample.pages(); i++) {
            int length = offsets[i + 1] - offsets[i];
            if (length > 0) {
                decompressor.decompress(stored, offsets[i], length, page, 0, PageSample.PAGE);
                pages++;
            }
        }
        work.pages += pages;
        work.bytes += (long) pages * PageSample.PAGE;
        return pages;
    }
}
