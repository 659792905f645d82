// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.DraftBitmap;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;
import org.vmcorestream.vmcore.kdump.StoredRun;

/**
 * Puts the pages of batches into the file: those the verdict keeps, as they are where the codec is that of the file. Belongs
 * to one thread at a time.
 */
final class PageSink implements AutoCloseable {
    /** Pages of a batch from which on they are worth one write of their own. */
    private static final int LONG_RUN = 8;

    private final KdumpFileWriter writer;
    private final DraftBitmap kept;
    private final PageCodec codec;
    private final int pageSize;
    private final Map<PageCodec, PageTranscoder> transcoders = new EnumMap<>(PageCodec.class);
    private final CRC32C sum = new CRC32C();
    private long added;
    private long unreadable;
    private String unreadableReason = "";

    PageSink(KdumpFileWriter writer, DraftBitmap kept, PageCodec codec, int pageSize) {
        this.writer = writer;
        this.kept = kept;
        this.codec = codec;
        this.pageSize = pageSize;
    }

    /**
     * Adds pages of a batch.
     *
     * @param index what is in it, checked
     * @param first the first entry of the index to be added
     * @param end entry behind the last one
     * @param from codec of its compressed pages
     * @param data its bytes
     * @param crc32c CRC-32C of all of them
     * @throws IOException when the file cannot be written
     */
    void add(PageBatchIndex index, int first, int end, PageCodec from, ByteBuffer data, int crc32c) throws IOException {
        boolean whole = first == 0 && end == index.pages();
        if (from == codec && data.hasRemaining() && (whole || end - first >= LONG_RUN) && keepsAll(index, first, end)) {
            ByteBuffer stored = whole ? data : bytes(index, first, end, data);
            writer.addRun(new Batch(index, first, end - first), stored, whole ? crc32c : sum(stored));
            added += end - first;
            return;
        }
        int base = data.position();
        for (int i = first; i < end; i++) {
            long pfn = index.pfn(i);
            if (!kept.get(pfn)) {
                continue;
            }
            switch (index.kind(i)) {
                case ZERO -> writer.addZeroPage(pfn);
                case RAW -> writer.addPage(pfn, data, base + index.offset(i), index.length(i), true);
                case COMPRESSED -> {
                    if (from == codec) {
                        writer.addPage(pfn, data, base + index.offset(i), index.length(i), false);
                    } else if (!transcode(pfn, from, data, base + index.offset(i), index.length(i))) {
                        continue;
                    }
                }
            }
            added++;
        }
    }

    private boolean keepsAll(PageBatchIndex index, int first, int end) throws IOException {
        for (int i = first; i < end; i++) {
            if (!kept.get(index.pfn(i))) {
                return false;
            }
        }
        return true;
    }

    private static ByteBuffer bytes(PageBatchIndex index, int first, int end, ByteBuffer data) {
        int base = data.position();
        int last = end - 1;
        return data.duplicate()
                .limit(base + index.offset(last) + index.length(last))
                .position(base + index.offset(first));
    }

    private int sum(ByteBuffer bytes) {
        sum.reset();
        sum.update(bytes.duplicate());
        return (int) sum.getValue();
    }

    /** Consecutive pages of a batch. */
    private record Batch(PageBatchIndex index, int first, int pages) implements StoredRun {
        @Override
        public long pfn(int page) {
            return index.pfn(first + page);
        }

        @Override
        public int length(int page) {
            return index.kind(first + page) == PageBatchIndex.Kind.ZERO ? 0 : index.length(first + page);
        }

        @Override
        public boolean raw(int page) {
            return index.kind(first + page) == PageBatchIndex.Kind.RAW;
        }
    }

    private boolean transcode(long pfn, PageCodec from, ByteBuffer data, int offset, int length) throws IOException {
        PageTranscoder transcoder =
                transcoders.computeIfAbsent(from, known -> new PageTranscoder(known, codec, pageSize));
        int result;
        try {
            result = transcoder.transcode(data, offset, length);
        } catch (VmcoreException e) {
            if (unreadable++ == 0) {
                unreadableReason = "pfn " + pfn + ": " + e.getMessage();
            }
            return false;
        }
        if (result < 0) {
            writer.addPage(pfn, transcoder.page(), 0, pageSize, true);
        } else {
            writer.addPage(pfn, transcoder.result(), 0, result, false);
        }
        return true;
    }

    /** Pages from {@code first} to {@code end - 1} that the verdict keeps. */
    long keptIn(long first, long end) throws IOException {
        return kept.cardinality(first, end);
    }

    /** Pages added so far. */
    long added() {
        return added;
    }

    /** Pages that could not be decompressed since the last call of this method. */
    long takeUnreadable() {
        long pages = unreadable;
        unreadable = 0;
        return pages;
    }

    /** What was wrong with the first of them. */
    String unreadableReason() {
        return unreadableReason;
    }

    @Override
    public void close() {
        transcoders.values().forEach(PageTranscoder::close);
        transcoders.clear();
    }
}
