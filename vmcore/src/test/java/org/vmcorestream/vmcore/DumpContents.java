// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.testkit.PageCompression;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;

/**
 * Everything that reading a vmcore gives, to be compared with what reading it in another format gives.
 *
 * @param descriptors of every page frame
 * @param pages contents of every page that can be read, by page frame
 * @param kernel which kernel
 * @param log text of the kernel log
 * @param vmcoreInfo text of VMCOREINFO
 * @param present page frames with memory
 */
record DumpContents(
        List<Descriptor> descriptors,
        Map<Long, ByteBuffer> pages,
        KernelIdentity kernel,
        String log,
        String vmcoreInfo,
        List<PfnRun> present) {
    /** Reads all of it, pages in pieces of a few. */
    static DumpContents of(Vmcore vmcore) throws IOException {
        return new DumpContents(
                descriptors(vmcore),
                pages(vmcore, 7),
                vmcore.kernel(),
                new String(vmcore.kernelLog().text(), StandardCharsets.UTF_8),
                new String(vmcore.vmcoreInfoText(), StandardCharsets.UTF_8),
                vmcore.memory().present());
    }

    static List<Descriptor> descriptors(Vmcore vmcore) throws IOException {
        List<Descriptor> all = new ArrayList<>();
        ChunkDescriber describer = vmcore.describer();
        ChunkDescriptors chunk = new ChunkDescriptors();
        for (long i = 0; Chunk.firstPfn(i) < vmcore.memory().endPfn(); i++) {
            describer.describe(i, chunk);
            for (int run = 0; run < chunk.runs(); run++) {
                Descriptor descriptor = chunk.descriptor(chunk.runEntry(run));
                for (int k = 0; k < chunk.runLength(run); k++) {
                    all.add(descriptor);
                }
            }
        }
        return all;
    }

    static Map<Long, ByteBuffer> pages(Vmcore vmcore, int atOnce) throws IOException {
        Map<Long, ByteBuffer> pages = new TreeMap<>();
        int size = vmcore.pageFacts().pageSize();
        ByteBuffer buffer = ByteBuffer.allocateDirect(atOnce * size);
        for (PfnRun run : vmcore.memory().backedRuns()) {
            for (long pfn = run.firstPfn(); pfn < run.endPfn(); pfn += atOnce) {
                int count = (int) Math.min(atOnce, run.endPfn() - pfn);
                vmcore.pages().read(pfn, count, buffer.clear());
                for (int i = 0; i < count; i++) {
                    byte[] page = new byte[size];
                    buffer.get(i * size, page);
                    pages.put(pfn + i, ByteBuffer.wrap(page));
                }
            }
        }
        return pages;
    }

    /** A codec of the project for the testkit. */
    static PageCompression codec(PageCodec codec) {
        return new PageCompression() {
            @Override
            public int flag() {
                return codec.kdumpFlag();
            }

            @Override
            public byte[] compress(byte[] page) {
                try (PageCompressor compressor = PageCompressor.of(codec)) {
                    ByteBuffer source = ByteBuffer.allocateDirect(page.length).put(0, page);
                    ByteBuffer target = ByteBuffer.allocateDirect(compressor.bound(page.length))
                            .order(ByteOrder.LITTLE_ENDIAN);
                    int length = compressor.compress(source, 0, page.length, target, 0);
                    if (length < 0) {
                        return page;
                    }
                    byte[] stored = new byte[length];
                    target.get(0, stored);
                    return stored;
                }
            }
        };
    }
}
