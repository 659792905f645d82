// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.schemas.PageBatchIndex.Kind;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.vmcore.PageAlignedBuffer;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;
import org.vmcorestream.vmcore.codec.ZeroTest;

/**
 * Reads the pages of a task, finds those of zeros, compresses the others unless they are stored in that codec already, and makes the record. Its buffers are reused; what is
 * new for each task is the record itself, for a Kafka client takes it as an array of exactly its size. Belongs to one thread.
 */
final class PageWorker implements AutoCloseable {
    private final String dumpId;
    private final PageCodecName codec;
    private final PageReader reader;
    private final PageCodec pageCodec;
    private final PassedPages passed;
    private final PageCompressor compressor;
    private final int pageSize;
    private final ByteBuffer contents = PageAlignedBuffer.allocate(PageTask.CONTENT_BYTES);
    private final ByteBuffer stored;
    private final ZeroTest zeroTest;
    private final PageBatchIndex index = new PageBatchIndex();
    private final CRC32C digest = new CRC32C();
    private int storedBytes;
    private int zeroPages;

    /** @param compressor closed with the worker */
    PageWorker(CaptureSettings settings, PageReader reader, PageCompressor compressor, int pageSize) {
        dumpId = settings.dumpId();
        codec = PageCodecName.valueOf(settings.codec().name());
        this.reader = reader;
        this.compressor = compressor;
        this.pageSize = pageSize;
        pageCodec = settings.codec();
        passed = reader.stores(pageCodec) ? new PassedPages(pageSize) : null;
        stored = ByteBuffer.allocateDirect(PageTask.CONTENT_BYTES + Math.max(pageSize, compressor.bound(pageSize)));
        zeroTest = new ZeroTest(pageSize);
    }

    /** Works on a task: reads every page once, and no byte of any other page. */
    void work(PageTask task) throws IOException {
        read(task);
        index.begin();
        storedBytes = 0;
        zeroPages = 0;
        int offset = 0;
        for (int run = 0; run < task.runs(); run++) {
            long pfn = task.runFirst(run);
            long end = pfn + task.runPages(run);
            if (task.runIsHole(run)) {
                for (; pfn < end; pfn++) {
                    addZeros(pfn);
                }
                continue;
            }
            for (; pfn < end; pfn++, offset += pageSize) {
                if (zeroTest.isZero(contents, offset)) {
                    addZeros(pfn);
                } else {
                    store(pfn, offset);
                }
            }
        }
        encode(task);
    }

    private void read(PageTask task) throws IOException {
        contents.clear();
        if (passed != null) {
            passed.clear();
        }
        for (int run = 0; run < task.runs(); run++) {
            if (!task.runIsHole(run)) {
                int end = contents.position() + task.runPages(run) * pageSize;
                contents.limit(end);
                if (passed == null) {
                    reader.read(task.runFirst(run), task.runPages(run), contents);
                } else {
                    reader.read(task.runFirst(run), task.runPages(run), contents, pageCodec, passed);
                }
                contents.limit(end).position(end);
            }
        }
        contents.clear();
    }

    private void addZeros(long pfn) {
        index.add(pfn, Kind.ZERO, 0);
        zeroPages++;
    }

    private void store(long pfn, int offset) {
        int length = passed == null ? PassedPages.NONE : passed.put(offset / pageSize, stored, storedBytes);
        if (length == PassedPages.NONE) {
            length = compressor.compress(contents, offset, pageSize, stored, storedBytes);
        }
        if (length >= 0 && length < pageSize) {
            index.add(pfn, Kind.COMPRESSED, length);
            storedBytes += length;
        } else {
            stored.put(storedBytes, contents, offset, pageSize);
            index.add(pfn, Kind.RAW, pageSize);
            storedBytes += pageSize;
        }
    }

    private void encode(PageTask task) {
        byte[] encodedIndex = index.encode();
        ByteBuffer data = stored.limit(storedBytes).position(0);
        PageBatch batch = new PageBatch(
                dumpId,
                task.stripe().number(),
                task.sequence(),
                task.firstPfn(),
                index.pages(),
                codec,
                ByteBuffer.wrap(encodedIndex),
                data);
        byte[] value = RecordCodec.encode(batch);
        digest.reset();
        digest.update(encodedIndex);
        digest.update(data);
        stored.clear();
        task.encoded(
                value,
                RecordHeaders.of(dumpId, batch, task.firstPfn(), task.endPfn()),
                (int) digest.getValue(),
                encodedIndex.length + storedBytes,
                zeroPages,
                storedBytes);
    }

    @Override
    public void close() {
        compressor.close();
    }
}
