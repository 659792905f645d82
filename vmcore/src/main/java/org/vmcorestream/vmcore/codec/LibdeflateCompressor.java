// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/** zlib by libdeflate at level 1. */
final class LibdeflateCompressor extends CheckedCompressor {
    private final BufferAddress in = new BufferAddress();
    private final BufferAddress out = new BufferAddress();
    private final long compressor = Libdeflate.libdeflate_alloc_compressor(1);

    LibdeflateCompressor() {
        if (compressor == 0) {
            throw new OutOfMemoryError("libdeflate compressor");
        }
    }

    @Override
    int squeeze(ByteBuffer source, int sourceOffset, int pageSize, ByteBuffer target, int targetOffset) {
        try {
            return (int) Libdeflate.libdeflate_zlib_compress(
                    compressor, in.of(source) + sourceOffset, pageSize, out.of(target) + targetOffset, pageSize);
        } finally {
            Reference.reachabilityFence(source);
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public int bound(int pageSize) {
        return pageSize;
    }

    @Override
    void release() {
        Libdeflate.libdeflate_free_compressor(compressor);
    }
}
