// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * What all decompressors do in the same way: check the places, demand exactly one page, and put whatever a library says of
 * bad bytes into one line.
 */
abstract class CheckedDecompressor implements PageDecompressor {
    private final PageCodec codec;
    private boolean closed;

    CheckedDecompressor(PageCodec codec) {
        this.codec = codec;
    }

    /**
     * Decompresses; the places are within their buffers.
     *
     * @return bytes written; fewer than a page, or a negative number, when the bytes are no such page
     * @throws RuntimeException of the library, when the bytes are no such page
     */
    abstract int expand(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int pageSize)
            throws IOException;

    /** Frees what the garbage collector does not; called once. */
    abstract void release();

    @Override
    public final void decompress(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int pageSize)
            throws VmcoreException {
        if (closed) {
            throw new IllegalStateException("decompressor is closed");
        }
        CheckedCompressor.requirePlace("source", source, sourceOffset, length);
        CheckedCompressor.requirePlace("target", target, targetOffset, pageSize);
        if (length == 0) {
            throw bad(length, pageSize, "no bytes at all", null);
        }
        int written;
        try {
            written = expand(source, sourceOffset, length, target, targetOffset, pageSize);
        } catch (RuntimeException | IOException e) {
            throw bad(length, pageSize, e.getMessage(), e);
        }
        if (written != pageSize) {
            throw bad(length, pageSize, written < 0 ? "damaged" : "found " + written + " bytes", null);
        }
    }

    private VmcoreException bad(int length, int pageSize, String found, Exception cause) {
        String what = found == null ? "damaged" : found.strip().replaceAll("\\s+", " ");
        String message = codec.name().toLowerCase(Locale.ROOT) + " page of " + length + " stored bytes: " + what
                + ", expected a page of " + pageSize + " bytes";
        return cause == null ? new VmcoreException(message) : new VmcoreException(message, cause);
    }

    @Override
    public final void close() {
        if (!closed) {
            closed = true;
            release();
        }
    }
}
