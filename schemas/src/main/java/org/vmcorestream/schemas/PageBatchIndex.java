// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.vmcorestream.rules.Chunk;

/**
 * {@code PageBatch.index}: which page frames a batch holds, how each is stored and where. Made to be reused; belongs to one
 * thread. Format version 1:
 *
 * <pre>
 *  index   = version page*                PageBatch.pages times
 *  version = u8, 1
 *  page    = token [gap]
 *  token   = varint, stored * 2 + apart
 *   apart   0  the page frame behind the one before; of the first page, PageBatch.firstPfn
 *           1  varint gap follows: page frames left out - 1
 *   stored  0  a page of zeros, nothing stored
 *           1  stored raw, page-size bytes
 *           n  compressed with PageBatch.codec to n - 1 bytes, 1 to page size - 1
 * </pre>
 *
 * Stored bytes lie in {@code PageBatch.data} in the order of the index, one behind the other, and fill it. At 4 KiB pages a
 * compressed page costs two bytes here, a raw page or one of zeros a single byte. Varints are unsigned LEB128 of 9 bytes at
 * most.
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

    /** Most pages in a batch. */
    public static final int MAX_PAGES = Chunk.PAGES;

    /** Page frame that none reaches: physical addresses have at most 64 bits, pages at least 12. */
    private static final long MAX_END_PFN = 1L << 52;

    private static final int VERSION = 1;
    private static final int STORED_ZERO = 0;
    private static final int STORED_RAW = 1;

    private static final Kind[] KINDS = Kind.values();

    private final VarintWriter out = new VarintWriter();
    private int pages;
    private int dataLength;
    private long[] pfns = new long[256];
    private byte[] kinds = new byte[256];
    private int[] lengths = new int[256];
    private int[] offsets = new int[256];

    /** Empties the index. */
    public void begin() {
        pages = 0;
        dataLength = 0;
    }

    /**
     * Adds a page.
     *
     * @param pfn page frame, above the one added before
     * @param kind how it is stored
     * @param length stored bytes: 0 for a zero page, the page size for a raw one, less for a compressed one
     * @throws IllegalArgumentException when that does not hold, as far as it can be known without the page size, or the
     *     batch would have more than {@link #MAX_PAGES} pages or 2 GiB of data
     */
    public void add(long pfn, Kind kind, int length) {
        long lowest = pages == 0 ? 0 : pfns[pages - 1] + 1;
        if (pfn < lowest || pfn >= MAX_END_PFN) {
            throw new IllegalArgumentException(
                    "page frame " + pfn + ", expected " + lowest + " to " + (MAX_END_PFN - 1));
        }
        if (kind == Kind.ZERO ? length != 0 : length <= 0) {
            throw new IllegalArgumentException(
                    "page frame " + pfn + " of kind " + kind + " has " + length + " stored bytes");
        }
        if (pages == MAX_PAGES || length > Integer.MAX_VALUE - dataLength) {
            throw new IllegalArgumentException(
                    "page frame " + pfn + " does not fit behind " + pages + " pages of " + dataLength + " bytes");
        }
        append(pfn, kind, length);
    }

    private void append(long pfn, Kind kind, int length) {
        if (pages == pfns.length) {
            int room = pages * 2;
            pfns = Arrays.copyOf(pfns, room);
            kinds = Arrays.copyOf(kinds, room);
            lengths = Arrays.copyOf(lengths, room);
            offsets = Arrays.copyOf(offsets, room);
        }
        pfns[pages] = pfn;
        kinds[pages] = (byte) kind.ordinal();
        lengths[pages] = length;
        offsets[pages] = dataLength;
        dataLength += length;
        pages++;
    }

    /** Pages in the index. */
    public int pages() {
        return pages;
    }

    /** Bytes of data that the index speaks of. */
    public int dataLength() {
        return dataLength;
    }

    /** Page frame of entry {@code i}. */
    public long pfn(int i) {
        return pfns[i];
    }

    /** Kind of entry {@code i}. */
    public Kind kind(int i) {
        return KINDS[kinds[i]];
    }

    /** Stored bytes of entry {@code i}. */
    public int length(int i) {
        return lengths[i];
    }

    /** Where the stored bytes of entry {@code i} begin in the batch's data. */
    public int offset(int i) {
        return offsets[i];
    }

    /** Encodes the index into an array of exactly its size. */
    public byte[] encode() {
        out.begin();
        out.writeByte(VERSION);
        for (int i = 0; i < pages; i++) {
            long gap = i == 0 ? 0 : pfns[i] - pfns[i - 1] - 1;
            out.writeVarint(stored(i) << 1 | (gap > 0 ? 1 : 0));
            if (gap > 0) {
                out.writeVarint(gap - 1);
            }
        }
        return out.toBytes();
    }

    private long stored(int i) {
        return switch (kind(i)) {
            case ZERO -> STORED_ZERO;
            case RAW -> STORED_RAW;
            case COMPRESSED -> lengths[i] + 1L;
        };
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
        begin();
        VarintReader in = new VarintReader("page index", bytes);
        if (pages < 1 || pages > MAX_PAGES) {
            throw in.malformed("batch of " + pages + " pages, expected 1 to " + MAX_PAGES);
        }
        if (firstPfn < 0 || firstPfn >= MAX_END_PFN) {
            throw in.malformed("first page frame is " + firstPfn + ", expected 0 to " + (MAX_END_PFN - 1));
        }
        in.readVersion(VERSION);
        long pfn = firstPfn;
        for (int i = 0; i < pages; i++, pfn++) {
            int token = (int) in.readVarlong("stored size of page", i, pageSize << 1 | 1);
            if ((token & 1) != 0) {
                if (i == 0) {
                    throw in.malformed("first page is apart from the first page frame");
                }
                pfn += in.readVarlong("gap before page", i, MAX_END_PFN) + 1;
            }
            if (pfn >= MAX_END_PFN) {
                throw in.malformed("page frame of page " + i + " is " + pfn + ", expected below " + MAX_END_PFN);
            }
            int stored = token >>> 1;
            Kind kind = stored == STORED_ZERO ? Kind.ZERO : stored == STORED_RAW ? Kind.RAW : Kind.COMPRESSED;
            int length = kind == Kind.ZERO ? 0 : kind == Kind.RAW ? pageSize : stored - 1;
            if (length > dataLength - this.dataLength) {
                throw in.malformed("page " + i + " has " + length + " stored bytes, expected at most the "
                        + (dataLength - this.dataLength) + " left of " + dataLength);
            }
            append(pfn, kind, length);
        }
        if (this.dataLength != dataLength) {
            throw in.malformed("stored sizes add up to " + this.dataLength + " bytes, expected the " + dataLength
                    + " of the data");
        }
        if (in.remaining() > 0) {
            throw in.malformed(in.remaining() + " bytes behind the last page, expected none");
        }
    }
}
