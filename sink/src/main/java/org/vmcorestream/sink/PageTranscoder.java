// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;
import org.vmcorestream.vmcore.codec.PageDecompressor;

/** Turns a page from the codec it travelled in into that of the file. Its buffers are reused. Belongs to one thread at a time. */
final class PageTranscoder implements AutoCloseable {
    private final PageDecompressor decompressor;
    private final PageCompressor compressor;
    private final int pageSize;
    private final ByteBuffer stored;
    private final ByteBuffer page;
    private final ByteBuffer result;

    PageTranscoder(PageCodec from, PageCodec to, int pageSize) {
        this.pageSize = pageSize;
        decompressor = PageDecompressor.of(from);
        compressor = PageCompressor.of(to);
        stored = ByteBuffer.allocateDirect(pageSize);
        page = ByteBuffer.allocateDirect(pageSize);
        result = ByteBuffer.allocateDirect(compressor.bound(pageSize));
    }

    /**
     * Transcodes one page.
     *
     * @param length stored bytes, at most the page size
     * @return bytes in {@link #result()}, or -1 when the page does not shrink and is in {@link #page()} as it is
     * @throws VmcoreException when the stored bytes are no page
     */
    int transcode(ByteBuffer data, int offset, int length) throws VmcoreException {
        stored.put(0, data, offset, length);
        decompressor.decompress(stored, 0, length, page, 0, pageSize);
        return compressor.compress(page, 0, pageSize, result, 0);
    }

    /** The compressed page, from index 0. */
    ByteBuffer result() {
        return result;
    }

    /** The page itself, from index 0. */
    ByteBuffer page() {
        return page;
    }

    @Override
    public void close() {
        decompressor.close();
        compressor.close();
    }
}
