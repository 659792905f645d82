// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * zlib by libdeflate. At its level 1 files of kernel memory are a little larger than those of makedumpfile, which is at zlib's level 1
 * (Z_BEST_SPEED); at level 2 they are some percent smaller, and it is still the faster of the two.
 */
final class LibdeflateCompressor extends CheckedCompressor {
    private static final int LEVEL = 2;

    private final BufferAddress in = new BufferAddress();
    private final BufferAddress out = new BufferAddress();
    private final long compressor = Libdeflate.libdeflate_alloc_compressor(LEVEL);

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
