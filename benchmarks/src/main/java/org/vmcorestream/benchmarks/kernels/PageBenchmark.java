// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.schemas.PageBatchIndex.Kind;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;
import org.vmcorestream.vmcore.codec.ZeroTest;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/** What is done with pages besides compressing them: on the way into a record, and out of it into a file. */
@State(Scope.Thread)
public class PageBenchmark {
    private static final int LEVEL = 31;

    /** A file system without a disk: what is measured is the core's work. */
    private static final Path MEMORY = Path.of("/dev/shm");

    /** Path of a vmcore. */
    @Param("-")
    public String input;

    private PageSample sample;
    private final ZeroTest zeroTest = new ZeroTest(PageSample.PAGE);
    private ByteBuffer zeros;
    private final PageBatchIndex index = new PageBatchIndex();
    private final PageBatchIndex decoded = new PageBatchIndex();
    private ByteBuffer encoded;
    private ByteBuffer data;
    private Path directory;
    private KdumpHeader header;
    private PfnBitmap kept;

    /** Reads pages and makes a batch of them. */
    @Setup
    public void read() throws IOException {
        sample = PageSample.of(Path.of(input), true);
        zeros = ByteBuffer.allocateDirect(sample.pages() * PageSample.PAGE);
        data = ByteBuffer.allocateDirect(2 * sample.pages() * PageSample.PAGE);
        try (PageCompressor compressor = PageCompressor.of(PageCodec.ZSTD)) {
            int end = 0;
            index.begin();
            for (int i = 0; i < sample.pages(); i++) {
                int at = i * PageSample.PAGE;
                int length = compressor.compress(sample.contents(), at, PageSample.PAGE, data, end);
                if (length < 0) {
                    data.put(end, sample.contents(), at, PageSample.PAGE);
                }
                index.add(i * 3L / 2, length < 0 ? Kind.RAW : Kind.COMPRESSED, length < 0 ? PageSample.PAGE : length);
                end = index.dataLength();
            }
        }
        encoded = ByteBuffer.wrap(index.encode());
        kept = new PfnBitmap(sample.pages() * 3L / 2);
        for (int i = 0; i < index.pages(); i++) {
            kept.set(index.pfn(i), index.pfn(i) + 1);
        }
        directory = Files.isDirectory(MEMORY)
                ? Files.createTempDirectory(MEMORY, "kernels")
                : Files.createTempDirectory("kernels");
        try (Vmcore vmcore = Vmcore.open(Path.of(input))) {
            KernelIdentity kernel = vmcore.kernel();
            header = new KdumpHeader(
                    kernel, PageSample.PAGE, kept.endPfn(), LEVEL, PageCodec.ZSTD, 0, vmcore.notes(), 0, 0);
        }
    }

    /** Removes the directory of the files. */
    @TearDown
    public void remove() throws IOException {
        Files.delete(directory);
    }

    /** Zero test of pages that a dump keeps. */
    @Benchmark
    public int zeroTest(Work work) {
        int found = 0;
        for (int i = 0; i < sample.pages(); i++) {
            found += zeroTest.isZero(sample.contents(), i * PageSample.PAGE) ? 1 : 0;
        }
        count(work);
        return found;
    }

    /** Zero test of pages of zeros. */
    @Benchmark
    public int zeroTestOfZeros(Work work) {
        int found = 0;
        for (int i = 0; i < sample.pages(); i++) {
            found += zeroTest.isZero(zeros, i * PageSample.PAGE) ? 1 : 0;
        }
        count(work);
        return found;
    }

    /** Index of a batch to bytes. */
    @Benchmark
    public int encodeIndex(Work work) {
        int bytes = index.encode().length;
        count(work);
        work.stored += bytes;
        return bytes;
    }

    /** Bytes to the index of a batch. */
    @Benchmark
    public int decodeIndex(Work work) throws MalformedRecordException {
        decoded.decode(encoded, 0, index.pages(), PageSample.PAGE, index.dataLength());
        count(work);
        return decoded.dataLength();
    }

    /** Compressed pages of a batch into a kdump file, which is thrown away. */
    @Benchmark
    public long place(Work work) throws IOException {
        try (KdumpFileWriter writer = KdumpFileWriter.create(directory.resolve("file"), header, kept, kept)) {
            for (int i = 0; i < index.pages(); i++) {
                writer.addPage(index.pfn(i), data, index.offset(i), index.length(i), index.kind(i) == Kind.RAW);
            }
        }
        count(work);
        work.stored += index.dataLength();
        return index.dataLength();
    }

    private void count(Work work) {
        work.pages += sample.pages();
        work.bytes += (long) sample.pages() * PageSample.PAGE;
    }
}
