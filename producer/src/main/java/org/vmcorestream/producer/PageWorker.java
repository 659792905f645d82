// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.schemas.PageBatchIndex.Kind;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.codec.PageCompressor;

/** Reads the pages of a task, finds those of zeros and compresses the others. Belongs to one thread. */
final class PageWorker implements AutoCloseable {
    /**
     * Most stored bytes in one record. With index, key and headers a record stays below 1,048,588 bytes, which is what a
     * topic takes when nobody configured it.
     */
    static final int MAX_RECORD_DATA = 960 << 10;

    /** A file is told of what is to be read, and asked for holes, by stretches of at least this many bytes. */
    static final int HINT_BYTES = 64 << 10;

    private final PageReader reader;
    private final PageCompressor compressor;
    private final int pageSize;
    private final ByteBuffer contents = ByteBuffer.allocateDirect(PageTask.CONTENT_BYTES);
    private final ByteBuffer zeros;
    private final PageBatchIndex index = new PageBatchIndex();
    private final boolean[] runIsHole;

    private PageTask task;
    private int storedEnd;
    private int partStart;
    private int partZeros;
    private long partFirst;
    private long partLast;

    /** @param compressor closed with the worker */
    PageWorker(PageReader reader, PageCompressor compressor, int pageSize) {
        this.reader = reader;
        this.compressor = compressor;
        this.pageSize = pageSize;
        zeros = ByteBuffer.allocateDirect(pageSize);
        runIsHole = new boolean[PageTask.CONTENT_BYTES / pageSize];
    }

    /** Works on a task: reads every page once, and no byte of any other page. */
    void work(PageTask task) throws IOException {
        this.task = task;
        read();
        storedEnd = 0;
        beginPart();
        int offset = 0;
        for (int run = 0; run < task.runs(); run++) {
            long pfn = task.runFirst(run);
            for (int i = 0; i < task.runPages(run); i++, offset += pageSize) {
                if (runIsHole[run] || isZero(offset)) {
                    add(pfn + i, Kind.ZERO, 0);
                    partZeros++;
                } else {
                    store(pfn + i, offset);
                }
            }
        }
        endPart();
    }

    private void read() throws IOException {
        contents.clear();
        for (int run = 0; run < task.runs(); run++) {
            long first = task.runFirst(run);
            int pages = task.runPages(run);
            boolean hint = pages * pageSize >= HINT_BYTES;
            runIsHole[run] = hint && reader.sparseHole(first, pages);
            int end = contents.position() + pages * pageSize;
            if (!runIsHole[run]) {
                reader.read(first, pages, contents.limit(end));
            }
            contents.limit(end).position(end);
        }
        contents.clear();
    }

    private void store(long pfn, int offset) {
        int length = compressor.compress(contents, offset, pageSize, task.stored(), storedEnd);
        if (length >= 0 && length < pageSize) {
            add(pfn, Kind.COMPRESSED, length);
        } else {
            task.stored().put(storedEnd, contents, offset, pageSize);
            add(pfn, Kind.RAW, pageSize);
        }
    }

    private void add(long pfn, Kind kind, int length) {
        if (storedEnd - partStart + length > MAX_RECORD_DATA) {
            endPart();
            beginPart();
        }
        if (index.pages() == 0) {
            partFirst = pfn;
        }
        partLast = pfn;
        index.add(pfn, kind, length);
        storedEnd += length;
    }

    private void beginPart() {
        index.begin();
        partStart = storedEnd;
        partZeros = 0;
    }

    private void endPart() {
        task.parts()
                .add(new PageTask.Part(
                        partFirst,
                        partLast,
                        index.pages(),
                        partZeros,
                        index.encode(),
                        partStart,
                        storedEnd - partStart));
    }

    /** Compares with zeros, eight bytes first: almost every other page shows there that it has something in it. */
    private boolean isZero(int offset) {
        if (contents.getLong(offset) != 0) {
            return false;
        }
        contents.limit(offset + pageSize).position(offset);
        boolean zero = contents.mismatch(zeros) < 0;
        contents.clear();
        return zero;
    }

    @Override
    public void close() {
        compressor.close();
    }
}
