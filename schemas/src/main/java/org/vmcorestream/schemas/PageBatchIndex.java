// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.ByteBuffer;

/**
 * {@code PageBatch.index}: which page frames a batch holds, how each is stored and where. Made to be reused; belongs to one
 * thread.
 */
public final class PageBatchIndex {
    /** How a page is stored. */
    public enum Kind {
        /** Not stored: all bytes are zero. */
        ZERO,
        /** Stored as it is. */
        RAW,
        /** Compressed with the batch's codec. */
        COMPRESSED
    }

    /** Empties the index. */
    public void begin() {
        throw new UnsupportedOperationException();
    }

    /**
     * Adds a page.
     *
     * @param pfn page frame, above the one added before
     * @param kind how it is stored
     * @param length stored bytes: 0 for a zero page, the page size for a raw one, less for a compressed one
     */
    public void add(long pfn, Kind kind, int length) {
        throw new UnsupportedOperationException();
    }

    /** Pages in the index. */
    public int pages() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of data that the index speaks of. */
    public int dataLength() {
        throw new UnsupportedOperationException();
    }

    /** Page frame of entry {@code i}. */
    public long pfn(int i) {
        throw new UnsupportedOperationException();
    }

    /** Kind of entry {@code i}. */
    public Kind kind(int i) {
        throw new UnsupportedOperationException();
    }

    /** Stored bytes of entry {@code i}. */
    public int length(int i) {
        throw new UnsupportedOperationException();
    }

    /** Where the stored bytes of entry {@code i} begin in the batch's data. */
    public int offset(int i) {
        throw new UnsupportedOperationException();
    }

    /** Encodes the index into an array of exactly its size. */
    public byte[] encode() {
        throw new UnsupportedOperationException();
    }

    /**
     * Decodes an index.
     *
     * @param bytes position and limit bound what is read and are left alone
     * @param firstPfn first page frame of the batch
     * @param pages number of pages it must hold
     * @param pageSize page size in bytes
     * @param dataLength bytes of data it must speak of
     * @throws MalformedRecordException when it does not, or is not well-formed
     */
    public void decode(ByteBuffer bytes, long firstPfn, int pages, int pageSize, int dataLength)
            throws MalformedRecordException {
        throw new UnsupportedOperationException();
    }
}
