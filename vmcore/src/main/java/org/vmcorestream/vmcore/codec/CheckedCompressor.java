// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.nio.ByteBuffer;
import java.util.Objects;

/** What all compressors do in the same way: check the places, and say when a page does not shrink. */
abstract class CheckedCompressor implements PageCompressor {
    private boolean closed;

    /** Compresses; the places are within their buffers. Returns the bytes written, or a negative number for "too many". */
    abstract int squeeze(ByteBuffer source, int sourceOffset, int pageSize, ByteBuffer target, int targetOffset);

    /** Frees what the garbage collector does not; called once. */
    abstract void release();

    @Override
    public final int compress(ByteBuffer source, int sourceOffset, int pageSize, ByteBuffer target, int targetOffset) {
        if (closed) {
            throw new IllegalStateException("compressor is closed");
        }
        requirePlace("source", source, sourceOffset, pageSize);
        requirePlace("target", target, targetOffset, bound(pageSize));
        int length = squeeze(source, sourceOffset, pageSize, target, targetOffset);
        return length > 0 && length < pageSize ? length : -1;
    }

    @Override
    public final void close() {
        if (!closed) {
            closed = true;
            release();
        }
    }

    /** A direct buffer in which {@code length} bytes fit behind {@code offset}; the limit counts, not the capacity. */
    static void requirePlace(String role, ByteBuffer buffer, int offset, int length) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException(role + " is no direct buffer");
        }
        Objects.checkFromIndexSize(offset, length, buffer.limit());
    }
}
