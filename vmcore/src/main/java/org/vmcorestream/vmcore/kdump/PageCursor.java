// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import org.vmcorestream.vmcore.PageAlignedBuffer;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageDecompressor;

/**
 * Reads pages of kdump files, fast where they are asked for in order: descriptors are read many at once, and page data in
 * windows of the file. Pages of zeros share one stored page far in front of the others, which is kept aside so that it does not
 * move the window. Memory is some hundred KiB. Belongs to one thread at a time.
 *
 * <p>Every page is decompressed, also where it could travel as it is: what comes out of a file is a page, or an error.
 */
final class PageCursor implements AutoCloseable {
    private static final int DESCRIPTORS = 2048;

    /** A page that is asked for alone still brings what lies behind it. */
    private static final int LEAST_WINDOW = 32 << 10;

    private static final int WINDOW = 512 << 10;

    private final StoredPages pages;
    private final StoredBitmap kept;
    private final int pageSize;
    private final Map<PageCodec, PageDecompressor> decompressors = new EnumMap<>(PageCodec.class);

    private final ByteBuffer descriptors =
            ByteBuffer.allocateDirect(DESCRIPTORS * PageDescriptor.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private StoredPart describedPart;
    private long firstDescriptor;
    private int descriptorCount;

    private final ByteBuffer window = PageAlignedBuffer.allocate(WINDOW);
    private StoredPart windowPart;
    private long windowOffset;

    private final ByteBuffer shared;
    private StoredPart sharedPart;
    private long sharedOffset = -1;

    private final ByteBuffer page;
    private long pageInHand = -1;

    PageCursor(StoredPages pages) {
        this.pages = pages;
        kept = pages.kept();
        pageSize = pages.pageSize();
        shared = ByteBuffer.allocateDirect(pageSize);
        page = ByteBuffer.allocateDirect(pageSize);
    }

    /** Consecutive pages from {@code pfn} on that the second bitmap has, {@code most} at most. */
    int keptPages(long pfn, int most) throws IOException {
        return kept.get(pfn) ? (int) Math.min(most, kept.nextClear(pfn) - pfn) : 0;
    }

    /** Consecutive pages from {@code pfn} on that can be read: the second bitmap has them, and they are not missing. */
    int readablePages(long pfn, int most) throws IOException {
        int held = keptPages(pfn, most);
        if (!pages.incomplete()) {
            return held;
        }
        for (int i = 0; i < held; i++) {
            if (missing(pfn + i)) {
                return i;
            }
        }
        return held;
    }

    /** Whether a page that the second bitmap has is missing: in an incomplete file its descriptor is not there, or zero. */
    boolean missing(long pfn) throws IOException {
        StoredPart part = pages.part(pfn);
        if (!part.incomplete()) {
            return false;
        }
        long index = kept.rank(pfn) - part.firstRank();
        if (index >= part.described()) {
            return true;
        }
        int at = descriptor(part, index, 1);
        long offset = descriptors.getLong(at);
        return offset == 0 || !part.file().holds(offset, descriptors.getInt(at + 8));
    }

    /**
     * Reads consecutive pages.
     *
     * @param pfn first page frame; the second bitmap has all of them
     * @param into a direct buffer that receives them at its position, which moves behind them
     * @throws VmcoreException when a page is missing, or is none
     */
    void read(long pfn, int count, ByteBuffer into) throws IOException {
        int done = 0;
        while (done < count) {
            StoredPart part = pages.part(pfn + done);
            int here = (int) Math.min(count - done, part.endPfn() - (pfn + done));
            long index = kept.rank(pfn + done) - part.firstRank();
            for (int i = 0; i < here; i++) {
                readPage(part, pfn + done + i, index + i, here - i, into);
            }
            done += here;
        }
    }

    /**
     * A part of one page; the page stays in hand for what is asked next.
     *
     * @param pfn page frame that the second bitmap has
     */
    void readPart(long pfn, int offset, int length, ByteBuffer into) throws IOException {
        if (pfn != pageInHand) {
            pageInHand = -1;
            read(pfn, 1, page.clear());
            pageInHand = pfn;
        }
        into.put(into.position(), page, offset, length).position(into.position() + length);
    }

    private void readPage(StoredPart part, long pfn, long index, int ahead, ByteBuffer into) throws IOException {
        if (index >= part.described()) {
            throw missing(part, pfn);
        }
        int at = descriptor(part, index, ahead);
        long offset = descriptors.getLong(at);
        int size = descriptors.getInt(at + 8);
        int flags = descriptors.getInt(at + 12);
        if (offset == 0) {
            throw missing(part, pfn);
        }
        if (flags == 0 ? size != pageSize : size < 1 || size > pageSize) {
            throw new VmcoreException(
                    part.file().path() + ": page frame " + pfn + " has " + Integer.toUnsignedString(size)
                            + " stored bytes, expected " + (flags == 0 ? "" : "1 to ") + pageSize);
        }
        if (flags == 0 && isShared(part, offset)) {
            into.put(shared.clear());
            return;
        }
        int in = window(part, pfn, offset, size, at, ahead);
        if (flags == 0) {
            into.put(into.position(), window, in, pageSize).position(into.position() + pageSize);
            return;
        }
        PageCodec codec = codec(part, pfn, flags);
        try {
            decompressors
                    .computeIfAbsent(codec, PageDecompressor::of)
                    .decompress(window, in, size, into, into.position(), pageSize);
        } catch (VmcoreException e) {
            throw new VmcoreException(
                    part.file().path() + ": page frame " + pfn + " at offset " + offset + ": " + e.getMessage(), e);
        }
        into.position(into.position() + pageSize);
    }

    private static VmcoreException missing(StoredPart part, long pfn) {
        return new VmcoreException(part.file().path() + ": page frame " + pfn
                + " is missing, expected a page: its descriptor is not there or has offset 0");
    }

    private static PageCodec codec(StoredPart part, long pfn, int flags) throws VmcoreException {
        return PageCodec.ofKdumpFlag(flags)
                .orElseThrow(() -> new VmcoreException(part.file().path() + ": page frame " + pfn + " has flags 0x"
                        + Integer.toHexString(flags) + ", expected 0, 0x1, 0x2, 0x4 or 0x20"));
    }

    /** Where a descriptor is in the buffer; {@code ahead} tells how many are asked for one after the other. */
    private int descriptor(StoredPart part, long index, int ahead) throws IOException {
        if (part != describedPart || index < firstDescriptor || index >= firstDescriptor + descriptorCount) {
            describedPart = null;
            int count =
                    (int) Math.min(part.described() - index, Math.max(DESCRIPTORS / 8, Math.min(DESCRIPTORS, ahead)));
            descriptors.clear().limit(count * PageDescriptor.SIZE);
            part.file().read("page descriptors", part.layout().descriptorOffset(index), descriptors);
            descriptors.clear();
            describedPart = part;
            firstDescriptor = index;
            descriptorCount = count;
        }
        return (int) (index - firstDescriptor) * PageDescriptor.SIZE;
    }

    /** Whether a raw page lies in front of the window, where that of all zeros is; it is then in {@link #shared}. */
    private boolean isShared(StoredPart part, long offset) throws IOException {
        if (part == sharedPart && offset == sharedOffset) {
            return true;
        }
        if (part != windowPart || offset >= windowOffset) {
            return false;
        }
        sharedPart = null;
        part.file().read("raw page", offset, shared.clear());
        sharedPart = part;
        sharedOffset = offset;
        return true;
    }

    /** Brings the stored bytes of a page into the window; says where they are. */
    private int window(StoredPart part, long pfn, long offset, int size, int descriptor, int ahead) throws IOException {
        if (part != windowPart || offset < windowOffset || offset > windowOffset + window.limit() - size) {
            if (!part.file().holds(offset, size)) {
                throw part.file().beyond("page frame " + pfn, offset, size);
            }
            long end = offset + size;
            int in = (descriptorCount - descriptor / PageDescriptor.SIZE) * PageDescriptor.SIZE;
            int last = descriptor + Math.min(in, ahead * PageDescriptor.SIZE);
            for (int at = descriptor; at < last; at += PageDescriptor.SIZE) {
                long next = descriptors.getLong(at);
                if (next == end) {
                    end += Math.max(0, Math.min(pageSize, descriptors.getInt(at + 8)));
                }
            }
            long length = Math.min(WINDOW, Math.max(LEAST_WINDOW, end - offset));
            length = Math.max(size, Math.min(length, part.file().size() - offset));
            windowPart = null;
            part.file().read("page data", offset, window.clear().limit((int) length));
            windowPart = part;
            windowOffset = offset;
        }
        return (int) (offset - windowOffset);
    }

    @Override
    public void close() {
        decompressors.values().forEach(PageDecompressor::close);
        decompressors.clear();
    }
}
