// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.nio.ByteBuffer;

/** Compresses single pages. Holds its context and buffers for reuse; belongs to one thread. */
public interface PageCompressor extends AutoCloseable {
    /**
     * Compresses one page.
     *
     * @param source direct buffer; position and limit are left alone
     * @param sourceOffset index of the page in {@code source}
     * @param pageSize its size in bytes
     * @param target direct buffer; position and limit are left alone
     * @param targetOffset where the result goes; {@link #bound(int)} bytes must fit behind it
     * @return bytes written, or -1 when the page does not shrink, in which case it is stored raw
     */
    int compress(ByteBuffer source, int sourceOffset, int pageSize, ByteBuffer target, int targetOffset);

    /** Most bytes that compressing a page may touch at its target. */
    int bound(int pageSize);

    @Override
    void close();

    /** A new compressor. */
    static PageCompressor of(PageCodec codec) {
        throw new UnsupportedOperationException(codec.name());
    }
}
