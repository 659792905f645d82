// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import org.vmcorestream.vmcore.PageAlignedBuffer;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.ZeroTest;

/**
 * The kept pages of a stored dump, one after the other in the order of page frames. Descriptors and stored bytes are read a window at a
 * time and checked; nobody but zero pages may share stored bytes, so that a small file cannot make a huge one.
 */
final class PageSequence {
    private static final int DESCRIPTORS = 16_384;
    private static final int DATA = 1 << 20;

    private final StoredDump dump;
    private final Iterator<SplitPart> parts;
    private final int pageSize;
    private final ZeroTest zeroTest;
    private final ByteBuffer descriptors =
            ByteBuffer.allocateDirect(DESCRIPTORS * PageDescriptor.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer data = PageAlignedBuffer.allocate(DATA);
    private final ByteBuffer raw;

    private SplitPart part;
    private long index;
    private long dataOffset;
    private long dataEnd;
    private long stored;
    private long zeroPage;

    private long pfn = -1;
    private long offset;
    private int size;
    private int flags;
    private PageCodec codec;
    private boolean missing;
    private boolean zero;

    /** Begins before the first page. */
    PageSequence(StoredDump dump) {
        this.dump = dump;
        parts = dump.parts().iterator();
        pageSize = dump.header().pageSize();
        zeroTest = new ZeroTest(pageSize);
        raw = ByteBuffer.allocateDirect(pageSize);
    }

    /**
     * Goes to the next kept page.
     *
     * @return false when there is none
     * @throws VmcoreException when its descriptor is bad
     */
    boolean next() throws IOException {
        while (part == null || index == part.pages()) {
            if (!parts.hasNext()) {
                return false;
            }
            enter(parts.next());
        }
        pfn = dump.kept().nextSet(pfn + 1);
        if (index >= part.described()) {
            offset = 0;
        } else {
            if (!descriptors.hasRemaining()) {
                readDescriptors();
            }
            offset = descriptors.getLong();
            size = descriptors.getInt();
            flags = descriptors.getInt();
            descriptors.position(descriptors.position() + Long.BYTES);
        }
        index++;
        missing = offset == 0 || part.incomplete() && !part.file().holds(offset, Integer.toUnsignedLong(size));
        zero = false;
        if (missing) {
            if (!part.incomplete()) {
                throw bad("a page: the file does not say that it is incomplete");
            }
            return true;
        }
        check();
        zero = flags == 0 && isZero();
        if (!zero) {
            stored += size;
            long most = part.file().size() - firstData();
            if (stored > most) {
                throw bad("no more than " + most + " bytes of pages together, which is what the file has");
            }
        }
        return true;
    }

    private void enter(SplitPart next) {
        part = next;
        index = 0;
        stored = 0;
        zeroPage = 0;
        dataOffset = 0;
        dataEnd = 0;
        descriptors.position(0).limit(0);
    }

    private void readDescriptors() throws IOException {
        int step = (int) Math.min(DESCRIPTORS, part.described() - index);
        part.file()
                .read(
                        "page descriptors",
                        part.layout().descriptorOffset(index),
                        descriptors.clear().limit(step * PageDescriptor.SIZE));
        descriptors.flip();
    }

    private long firstData() {
        return part.layout().descriptorOffset(part.pages());
    }

    private void check() throws VmcoreException {
        codec = PageCodec.ofKdumpFlag(flags).orElse(null);
        if (flags != 0 && codec == null) {
            throw bad("flags 0, 0x1, 0x2, 0x4 or 0x20");
        }
        if (flags == 0 ? size != pageSize : size < 1 || size > pageSize) {
            throw bad((flags == 0 ? "" : "1 to ") + pageSize + " bytes");
        }
        if (offset < firstData() || !part.file().holds(offset, size)) {
            throw bad("them between offset " + firstData() + " and the end of the file at "
                    + part.file().size());
        }
    }

    private VmcoreException bad(String expected) {
        return new VmcoreException(part.path() + ": page frame " + pfn + " has " + Integer.toUnsignedString(size)
                + " bytes at offset " + Long.toUnsignedString(offset) + " with flags 0x" + Integer.toHexString(flags)
                + ", expected " + expected);
    }

    private boolean isZero() throws IOException {
        if (offset == zeroPage) {
            return true;
        }
        raw.clear().put(0, stored(), dataIndex(), pageSize);
        if (!zeroTest.isZero(raw, 0)) {
            return false;
        }
        zeroPage = offset;
        return true;
    }

    /** Page frame of this page. */
    long pfn() {
        return pfn;
    }

    /** Whether the dump keeps the page and does not have it. */
    boolean missing() {
        return missing;
    }

    /** Whether it is stored as a page of zeros. */
    boolean zero() {
        return zero;
    }

    /** Codec of its stored bytes; null for a raw page. */
    PageCodec codec() {
        return codec;
    }

    /** Number of its stored bytes. */
    int size() {
        return size;
    }

    /** A direct buffer that holds the stored bytes from {@link #dataIndex} on, until the next page. */
    ByteBuffer stored() throws IOException {
        if (offset < dataOffset || offset + size > dataEnd) {
            int length = (int) Math.min(DATA, part.file().size() - offset);
            dataEnd = 0;
            part.file().read("pages", offset, data.clear().limit(length));
            dataOffset = offset;
            dataEnd = offset + length;
            data.clear();
        }
        return data;
    }

    /** Where the stored bytes begin in {@link #stored}, which was asked for before. */
    int dataIndex() {
        return (int) (offset - dataOffset);
    }

    /** For messages: what is wrong with the stored bytes of this page. */
    VmcoreException damaged(VmcoreException why) {
        return new VmcoreException(
                part.path() + ": page frame " + pfn + " at offset " + offset + ": " + why.getMessage(), why);
    }
}
