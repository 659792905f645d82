// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmcorestream.vmcore.PageAlignedBuffer;
import org.vmcorestream.vmcore.StoredBytes;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * The one reader of pages that are stored in kdump files, fast where they are asked for in order: descriptors are read many at once, and stored
 * bytes in windows of the file. Pages of zeros share one stored page far in front of the others, which is kept aside so that it does not
 * move the window. Memory is some hundred KiB. Belongs to one thread at a time.
 *
 * <p>A page is looked up with {@link #seek}; what is known of it then holds until the next call of any method that has a page frame.
 */
final class PageCursor implements AutoCloseable {
    private static final int DESCRIPTORS = 2048;

    /** A page that is asked for alone still brings what lies behind it. */
    private static final int LEAST_WINDOW = 32 << 10;

    private static final int WINDOW = 512 << 10;

    private final StoredDump dump;
    private final StoredBitmap kept;
    private final boolean incomplete;
    private final int pageSize;
    private final PageContents contents;

    private final ByteBuffer descriptors =
            ByteBuffer.allocateDirect(DESCRIPTORS * PageDescriptor.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private StoredPart describedPart;
    private long firstDescriptor;
    private int descriptorCount;

    private final ByteBuffer window = PageAlignedBuffer.allocate(WINDOW);
    private StoredPart windowPart;
    private long windowOffset;
    private int windowLength;

    private final ByteBuffer shared;
    private StoredPart sharedPart;
    private long sharedOffset = -1;

    private final ByteBuffer page;
    private long pageInHand = -1;

    private StoredPart part;
    private long pfn;
    private int ahead;
    private int descriptor;
    private boolean missing;
    private long offset;
    private int size;
    private int flags;
    private PageCodec codec;
    private ByteBuffer stored;
    private int storedIndex;

    PageCursor(StoredDump dump) {
        this.dump = dump;
        kept = dump.kept();
        incomplete = dump.incomplete();
        pageSize = dump.pageSize();
        contents = new PageContents(pageSize);
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
        if (incomplete) {
            for (int i = 0; i < held; i++) {
                if (isMissing(pfn + i)) {
                    return i;
                }
            }
        }
        return held;
    }

    /** Whether a page that the second bitmap has is missing: in an incomplete file its descriptor or its bytes are not there. */
    boolean isMissing(long pfn) throws IOException {
        StoredPart its = dump.part(pfn);
        if (!its.incomplete()) {
            return false;
        }
        long index = kept.rank(pfn) - its.firstRank();
        if (index < its.described()) {
            int at = describe(its, index, 1);
            return isMissing(its, descriptors.getLong(at), descriptors.getInt(at + 8));
        }
        return true;
    }

    private static boolean isMissing(StoredPart part, long offset, int size) {
        return offset == 0 || part.incomplete() && !part.file().holds(offset, Integer.toUnsignedLong(size));
    }

    /**
     * Looks a page up.
     *
     * @param pfn page frame that the second bitmap has
     * @throws VmcoreException when its descriptor is bad, or the page is missing from a file that does not say so
     */
    void seek(long pfn) throws IOException {
        StoredPart its = dump.part(pfn);
        seek(its, pfn, kept.rank(pfn) - its.firstRank(), 1);
    }

    /**
     * Looks a page up whose place among the others of its part is known.
     *
     * @param index how many pages of the part come before
     * @param ahead pages from this one on that will be asked for, one after the other
     */
    void seek(StoredPart its, long pfn, long index, int ahead) throws IOException {
        part = its;
        this.pfn = pfn;
        this.ahead = ahead;
        stored = null;
        offset = 0;
        size = 0;
        flags = 0;
        if (index < its.described()) {
            descriptor = describe(its, index, ahead);
            offset = descriptors.getLong(descriptor);
            size = descriptors.getInt(descriptor + 8);
            flags = descriptors.getInt(descriptor + 12);
        }
        missing = isMissing(its, offset, size);
        if (!missing) {
            check();
        } else if (!its.incomplete()) {
            throw bad("a page: the file does not say that it is incomplete");
        }
    }

    private void check() throws VmcoreException {
        codec = PageCodec.ofKdumpFlag(flags).orElse(null);
        if (flags != 0 && codec == null) {
            throw bad("flags 0, 0x1, 0x2, 0x4 or 0x20");
        }
        if (flags == 0 ? size != pageSize : size < 1 || size > pageSize) {
            throw bad((flags == 0 ? "" : "1 to ") + pageSize + " bytes");
        }
        if (offset < part.dataOffset() || !part.file().holds(offset, size)) {
            throw bad("them between offset " + part.dataOffset() + " and the end of the file at "
                    + part.file().size());
        }
    }

    /** The complaint that a descriptor of this page cannot be. */
    VmcoreException bad(String expected) {
        return new VmcoreException(part.path() + ": page frame " + pfn + " has " + Integer.toUnsignedString(size)
                + " bytes at offset " + Long.toUnsignedString(offset) + " with flags 0x" + Integer.toHexString(flags)
                + ", expected " + expected);
    }

    /** The complaint that the stored bytes of this page are none. */
    VmcoreException damaged(VmcoreException why) {
        return new VmcoreException(
                part.path() + ": page frame " + pfn + " at offset " + offset + ": " + why.getMessage(), why);
    }

    /** Whether the dump keeps the page and does not have it; there is nothing more to be known of it then. */
    boolean missing() {
        return missing;
    }

    /** Where the stored bytes are in the file. */
    long offset() {
        return offset;
    }

    /** Number of its stored bytes. */
    int size() {
        return size;
    }

    /** Flags of its descriptor. */
    int flags() {
        return flags;
    }

    /** Codec of its stored bytes; null for a raw page. */
    PageCodec codec() {
        return codec;
    }

    /** A direct buffer that holds the stored bytes from {@link #storedIndex} on; its limit is its capacity. */
    ByteBuffer stored() throws IOException {
        if (stored == null) {
            if (flags == 0 && isShared()) {
                storedIndex = 0;
                stored = shared;
            } else {
                bringWindow();
                storedIndex = (int) (offset - windowOffset);
                stored = window;
            }
        }
        return stored;
    }

    /** Where the stored bytes begin in {@link #stored}, which was asked for before. */
    int storedIndex() {
        return storedIndex;
    }

    /**
     * Reads consecutive pages.
     *
     * @param first page frame; the second bitmap has all of them
     * @param into a direct buffer that receives them at its position, which moves behind them
     * @throws VmcoreException when a page is missing, or is none
     */
    void read(long first, int count, ByteBuffer into) throws IOException {
        read(first, count, into, null, null);
    }

    /**
     * Reads consecutive pages, and hands over what they are stored as.
     *
     * @param wanted codec of the stored bytes that are handed over
     * @param taker null to hand over nothing
     */
    void read(long first, int count, ByteBuffer into, PageCodec wanted, StoredBytes taker) throws IOException {
        for (int done = 0; done < count; ) {
            StoredPart its = dump.part(first + done);
            int here = (int) Math.min(count - done, its.endPfn() - (first + done));
            long index = kept.rank(first + done) - its.firstRank();
            for (int i = 0; i < here; i++) {
                seek(its, first + done + i, index + i, here - i);
                put(into);
                if (taker != null) {
                    handOver(wanted, taker);
                }
            }
            done += here;
        }
    }

    private void put(ByteBuffer into) throws IOException {
        if (missing) {
            throw new VmcoreException(part.path() + ": page frame " + pfn
                    + " is missing, expected a page: its descriptor is not there, or leads to none");
        }
        ByteBuffer bytes = stored();
        try {
            contents.put(codec, bytes, storedIndex, size, into, into.position());
        } catch (VmcoreException e) {
            throw damaged(e);
        }
        into.position(into.position() + pageSize);
    }

    private void handOver(PageCodec wanted, StoredBytes taker) {
        if (codec == wanted && size < pageSize) {
            taker.next(stored, storedIndex, size);
        } else {
            taker.next(null, 0, codec == null && dump.header().codec() == wanted ? pageSize : 0);
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

    /** Where a descriptor is in the buffer; {@code ahead} tells how many are asked for one after the other. */
    private int describe(StoredPart its, long index, int ahead) throws IOException {
        if (its != describedPart || index < firstDescriptor || index >= firstDescriptor + descriptorCount) {
            describedPart = null;
            int count =
                    (int) Math.min(its.described() - index, Math.max(DESCRIPTORS / 8, Math.min(DESCRIPTORS, ahead)));
            descriptors.clear().limit(count * PageDescriptor.SIZE);
            its.file().read("page descriptors", its.layout().descriptorOffset(index), descriptors);
            descriptors.clear();
            describedPart = its;
            firstDescriptor = index;
            descriptorCount = count;
        }
        return (int) (index - firstDescriptor) * PageDescriptor.SIZE;
    }

    /** Whether a raw page lies in front of the window, where that of all zeros is; it is then in {@link #shared}. */
    private boolean isShared() throws IOException {
        if (part == sharedPart && offset == sharedOffset) {
            return true;
        }
        if (part != windowPart || offset >= windowOffset) {
            return false;
        }
        sharedPart = null;
        part.file().read("raw page", offset, shared.clear());
        shared.clear();
        sharedPart = part;
        sharedOffset = offset;
        return true;
    }

    /** Brings the stored bytes of this page into the window, and those of the next pages where they lie behind it. */
    private void bringWindow() throws IOException {
        if (part == windowPart && offset >= windowOffset && offset + size <= windowOffset + windowLength) {
            return;
        }
        long end = offset + size;
        int in = (descriptorCount - descriptor / PageDescriptor.SIZE) * PageDescriptor.SIZE;
        int last = descriptor + (int) Math.min(in, (long) ahead * PageDescriptor.SIZE);
        for (int at = descriptor; at < last && end - offset < WINDOW; at += PageDescriptor.SIZE) {
            if (descriptors.getLong(at) == end) {
                end += Math.max(0, Math.min(pageSize, descriptors.getInt(at + 8)));
            }
        }
        long length = Math.min(WINDOW, Math.max(LEAST_WINDOW, end - offset));
        length = Math.max(size, Math.min(length, part.file().size() - offset));
        windowPart = null;
        part.file().read("page data", offset, window.clear().limit((int) length));
        window.clear();
        windowPart = part;
        windowOffset = offset;
        windowLength = (int) length;
    }

    @Override
    public void close() {
        contents.close();
    }
}
