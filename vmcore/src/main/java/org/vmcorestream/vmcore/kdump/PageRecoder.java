// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;
import org.vmcorestream.vmcore.codec.ZeroTest;

/** Takes stored pages into another codec, and finds those of zeros. Belongs to one thread. */
final class PageRecoder implements AutoCloseable {
    private final int pageSize;
    private final PageContents contents;
    private final PageCompressor compressor;
    private final ZeroTest zeroTest;
    private final ByteBuffer page;
    private PageParcel.Kind kind;

    /** @param codec that pages are taken into; null to leave them uncompressed */
    PageRecoder(int pageSize, PageCodec codec) {
        this.pageSize = pageSize;
        contents = new PageContents(pageSize);
        compressor = codec == null ? null : PageCompressor.of(codec);
        zeroTest = new ZeroTest(pageSize);
        page = ByteBuffer.allocateDirect(pageSize);
    }

    /** Bytes behind the index of a result that may be touched. */
    int bound() {
        return compressor == null ? pageSize : Math.max(pageSize, compressor.bound(pageSize));
    }

    /**
     * Takes a page over.
     *
     * @param from codec of the stored bytes, null when they are the page
     * @param into receives the result at {@code at}, where {@link #bound} bytes have room
     * @return bytes of the result, 0 for a page of zeros; {@link #kind} says what they are
     * @throws VmcoreException when the stored bytes are no page
     */
    int recode(PageCodec from, ByteBuffer stored, int index, int size, ByteBuffer into, int at) throws VmcoreException {
        contents.put(from, stored, index, size, page, 0);
        if (zeroTest.isZero(page, 0)) {
            kind = PageParcel.Kind.ZERO;
            return 0;
        }
        int length = compressor == null ? -1 : compressor.compress(page, 0, pageSize, into, at);
        if (length < 0) {
            into.put(at, page, 0, pageSize);
            kind = PageParcel.Kind.RAW;
            return pageSize;
        }
        kind = PageParcel.Kind.COMPRESSED;
        return length;
    }

    /** What became of the page that was taken over last. */
    PageParcel.Kind kind() {
        return kind;
    }

    @Override
    public void close() {
        contents.close();
        if (compressor != null) {
            compressor.close();
        }
    }
}
