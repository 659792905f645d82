// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** zlib by libdeflate. */
final class LibdeflateDecompressor extends CheckedDecompressor {
    private final BufferAddress in = new BufferAddress();
    private final BufferAddress out = new BufferAddress();
    private final ByteBuffer counts = ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.nativeOrder());
    private final long inUsed = new BufferAddress().of(counts);
    private final long decompressor = Libdeflate.libdeflate_alloc_decompressor();

    LibdeflateDecompressor() {
        super(PageCodec.ZLIB);
        if (decompressor == 0) {
            throw new OutOfMemoryError("libdeflate decompressor");
        }
    }

    @Override
    int expand(ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int pageSize) {
        try {
            int result = Libdeflate.libdeflate_zlib_decompress_ex(
                    decompressor,
                    in.of(source) + sourceOffset,
                    length,
                    out.of(target) + targetOffset,
                    pageSize,
                    inUsed,
                    inUsed + Long.BYTES);
            return result == 0 && counts.getLong(0) == length ? (int) counts.getLong(Long.BYTES) : -1;
        } finally {
            Reference.reachabilityFence(source);
            Reference.reachabilityFence(target);
        }
    }

    @Override
    void release() {
        Libdeflate.libdeflate_free_decompressor(decompressor);
    }
}
