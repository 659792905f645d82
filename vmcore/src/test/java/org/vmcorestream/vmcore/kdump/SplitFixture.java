// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.codec.PageCompressor;

/** Small dumps, each as one file and as several. */
final class SplitFixture {
    private SplitFixture() {}

    /** Writes the parts of a dump that end at the given page frames, and returns them in order. */
    static List<Path> write(Path folder, KdumpHeader header, Map<Long, byte[]> pages, long... ends) throws IOException {
        List<Path> parts = new ArrayList<>();
        PfnBitmap present = KdumpFixture.full(header.endPfn());
        PfnBitmap kept = new PfnBitmap(header.endPfn());
        pages.keySet().forEach(pfn -> kept.set(pfn, pfn + 1));
        long first = 0;
        for (long end : ends) {
            Path part = folder.resolve("part-" + (parts.size() + 1));
            KdumpHeader its = header.ofPart(new PfnRun(first, end));
            try (KdumpFileWriter writer = KdumpFileWriter.create(part, its, present, kept);
                    PageCompressor compressor = PageCompressor.of(header.codec())) {
                for (Map.Entry<Long, byte[]> page : pages.entrySet()) {
                    if (page.getKey() >= first && page.getKey() < end) {
                        KdumpFixture.add(writer, compressor, page.getKey(), page.getValue());
                    }
                }
                writer.finish(false);
            }
            parts.add(part);
            first = end;
        }
        return parts;
    }

    /** Joins files into {@code out}. */
    static DumpExport.Summary assemble(Path out, List<Path> parts) throws IOException {
        try (StoredDump split = StoredDump.open(parts)) {
            return DumpExport.kdump(split, split.header().codec(), most -> DumpExport.file(out), (done, total) -> {});
        }
    }

    static void put(Path file, long offset, byte[] bytes) throws IOException {
        try (RandomAccessFile patched = new RandomAccessFile(file.toFile(), "rw")) {
            patched.seek(offset);
            patched.write(bytes);
        }
    }

    static void putInt(Path file, long offset, int value) throws IOException {
        put(file, offset, buffer(4).putInt(0, value).array());
    }

    static void putLong(Path file, long offset, long value) throws IOException {
        put(file, offset, buffer(8).putLong(0, value).array());
    }

    static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
