// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * Some pages of a stored dump on their way to another form, in order. Filled by the thread that reads, worked on by another one where a page
 * has to change, and taken again by the first. Made to be reused.
 */
final class PageParcel {
    /** Stored bytes that a parcel takes. */
    static final int BYTES = 512 << 10;

    /** Pages that a parcel takes, whatever they are: zero pages and missing ones have no bytes. */
    static final int PAGES = 4096;

    /** What became of a page. */
    enum Kind {
        /** The dump does not have it. */
        MISSING,
        /** Zeros. */
        ZERO,
        /** Bytes that are the page. */
        RAW,
        /** Bytes in the codec that is asked for. */
        COMPRESSED,
        /** Stored bytes in another one; so it is until it was worked on. */
        STORED
    }

    private final int pageSize;
    private final long[] pfns = new long[PAGES];
    private final Kind[] kinds = new Kind[PAGES];
    private final PageCodec[] codecs = new PageCodec[PAGES];
    private final int[] indexes = new int[PAGES];
    private final int[] lengths = new int[PAGES];
    private final StoredPart[] parts = new StoredPart[PAGES];
    private final long[] offsets = new long[PAGES];
    private final boolean[] worked = new boolean[PAGES];
    private final Semaphore done = new Semaphore(0);
    private ByteBuffer stored;
    private ByteBuffer results;
    private int resultBytes;
    private int pages;
    private int storedPages;
    private int bytes;
    private Throwable failure;

    PageParcel(int pageSize) {
        this.pageSize = pageSize;
    }

    /** Empties it, so that it can be filled. */
    void clear() {
        if (stored == null) {
            stored = ByteBuffer.allocateDirect(BYTES + pageSize);
        }
        pages = 0;
        storedPages = 0;
        bytes = 0;
        resultBytes = 0;
        failure = null;
        done.drainPermits();
    }

    /** Whether another page has no room, by what may become of those that are in it. */
    boolean full() {
        return pages == PAGES || bytes >= BYTES || storedPages >= most();
    }

    /** Pages that can change in a parcel: none of them becomes longer than a page. */
    private int most() {
        return BYTES / pageSize;
    }

    /**
     * Adds the page that a sequence is at.
     *
     * @param codec that is asked for; null for pages that are not compressed
     * @param rawStays whether a raw page is one that this codec did not make smaller
     */
    void add(PageSequence page, PageCodec codec, boolean rawStays) throws IOException {
        pfns[pages] = page.pfn();
        worked[pages] = false;
        if (page.missing() || page.zero()) {
            kinds[pages++] = page.missing() ? Kind.MISSING : Kind.ZERO;
            return;
        }
        stored.put(bytes, page.stored(), page.storedIndex(), page.size());
        indexes[pages] = bytes;
        lengths[pages] = page.size();
        bytes += page.size();
        codecs[pages] = page.codec();
        if (page.codec() == codec) {
            kinds[pages++] = codec == null ? Kind.RAW : Kind.COMPRESSED;
        } else if (page.codec() == null && rawStays) {
            kinds[pages++] = Kind.RAW;
        } else {
            kinds[pages] = Kind.STORED;
            parts[pages] = page.part();
            offsets[pages++] = page.offset();
            storedPages++;
        }
    }

    /** Whether a page has to change. */
    boolean needsWork() {
        return storedPages > 0;
    }

    /** Lets the pages change that have to. */
    void work(PageRecoder recoder) throws VmcoreException {
        if (results == null) {
            results = ByteBuffer.allocateDirect(BYTES + recoder.bound());
        }
        for (int i = 0; i < pages; i++) {
            if (kinds[i] == Kind.STORED) {
                int length = recode(recoder, i);
                kinds[i] = recoder.kind();
                indexes[i] = resultBytes;
                lengths[i] = length;
                worked[i] = true;
                resultBytes += length;
            }
        }
    }

    private int recode(PageRecoder recoder, int page) throws VmcoreException {
        try {
            return recoder.recode(codecs[page], stored, indexes[page], lengths[page], results, resultBytes);
        } catch (VmcoreException e) {
            throw new VmcoreException(
                    parts[page].path() + ": page frame " + pfns[page] + " at offset " + offsets[page] + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** It was worked on, or nothing had to change. */
    void finished(Throwable why) {
        failure = why;
        done.release();
    }

    /** Waits until it was worked on; what made that fail, or null. */
    Throwable await() throws InterruptedException {
        done.acquire();
        return failure;
    }

    int pages() {
        return pages;
    }

    long pfn(int page) {
        return pfns[page];
    }

    Kind kind(int page) {
        return kinds[page];
    }

    /** The buffer that has the bytes of a page from {@link #index} on. */
    ByteBuffer bytes(int page) {
        return worked[page] ? results : stored;
    }

    int index(int page) {
        return indexes[page];
    }

    int length(int page) {
        return lengths[page];
    }
}
