// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.copying;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.LongSupplier;
import org.vmcorestream.benchmarks.endtoend.DiskSpeed;
import org.vmcorestream.benchmarks.endtoend.TouchedMemory;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.PageAlignedBuffer;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/** The stages of copying, each alone in one thread. Times are in seconds for the sample as a whole. */
final class Stages {
    /** As much as a record of the producer has. */
    private static final int BATCH = 960 << 10;

    private static final int DATA = 128 << 20;

    private final KeptSample sample;
    private final PageCodec codec;
    private final ByteBuffer contents = PageAlignedBuffer.allocate(BATCH);
    private long storedBytes;
    private long zeroPages;

    Stages(KeptSample sample, PageCodec codec) {
        this.sample = sample;
        this.codec = codec;
    }

    /** Copying as many bytes as the sample has from one place in memory to another, both larger than the caches. */
    double memory() {
        ByteBuffer from = ByteBuffer.allocateDirect(DATA);
        ByteBuffer to = ByteBuffer.allocateDirect(DATA);
        to.put(0, from, 0, DATA);
        long began = System.nanoTime();
        for (long done = 0; done < sample.bytes(); done += DATA) {
            to.put(0, from, 0, (int) Math.min(DATA, sample.bytes() - done));
        }
        return seconds(began);
    }

    /** Reading the pages from the page cache. */
    double reading() throws IOException {
        long began = System.nanoTime();
        sample.read(contents, full -> {});
        return seconds(began);
    }

    /** Finding pages of zeros and compressing the others; reading is not counted. */
    double compressing() throws IOException {
        return compressing(System::nanoTime);
    }

    /** The same by another clock, which counts nanoseconds. */
    double compressing(LongSupplier clock) throws IOException {
        long[] nanos = new long[1];
        storedBytes = 0;
        zeroPages = 0;
        try (PageCompressor compressor = PageCompressor.of(codec)) {
            int pageSize = sample.pageSize();
            ByteBuffer zeros = ByteBuffer.allocateDirect(pageSize);
            ByteBuffer stored = ByteBuffer.allocateDirect(BATCH + Math.max(pageSize, compressor.bound(pageSize)));
            sample.read(contents, full -> {
                long began = clock.getAsLong();
                int at = 0;
                for (int offset = 0; offset < full.limit(); offset += pageSize) {
                    if (full.slice(offset, pageSize).mismatch(zeros) < 0) {
                        zeroPages++;
                        continue;
                    }
                    int length = compressor.compress(full, offset, pageSize, stored, at);
                    at += length < 0 ? pageSize : length;
                }
                storedBytes += at;
                nanos[0] += clock.getAsLong() - began;
            });
        }
        return nanos[0] / 1e9;
    }

    /** Writing a file with as many stored pages and bytes as {@link #compressing} found, until it is on the disk. */
    double writing(Path folder) throws IOException {
        long stored = Math.max(1, sample.pages() - zeroPages);
        int length = (int) Math.max(1, Math.min(sample.pageSize() - 1, storedBytes / stored));
        KernelIdentity kernel = new KernelIdentity("Linux", "", "", "", "x86_64", "", "", 1, 0);
        KdumpHeader header = new KdumpHeader(kernel, sample.pageSize(), stored, 31, codec, 0, new byte[0], 0, 0);
        PfnBitmap all = new PfnBitmap(stored);
        all.set(0, stored);
        Path file = folder.resolve("copying.kdump");
        ByteBuffer record = ByteBuffer.wrap(new byte[4 << 20]);
        new Random(1).nextBytes(record.array());
        int perRecord = record.capacity() / length;
        long began = System.nanoTime();
        try (KdumpFileWriter writer = KdumpFileWriter.create(file, header, all, all)) {
            for (long pfn = 0; pfn < stored; pfn++) {
                writer.addPage(pfn, record, (int) (pfn % perRecord) * length, length, false);
            }
            writer.finish(false);
            return seconds(began);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Writing as many bytes to the same disk in the faster of two plain ways, until they are on it. */
    double disk(Path folder) throws IOException {
        TouchedMemory.fill(folder);
        return DiskSpeed.measure(folder, storedBytes).onDiskNanos() / 1e9;
    }

    /** Stored bytes of the sample, as {@link #compressing} found them. */
    long storedBytes() {
        return storedBytes;
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
