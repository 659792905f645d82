// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;

/** Zstandard frames at level 1, as makedumpfile makes them; the context is reused. */
final class ZstdCompressor extends CheckedCompressor {
    private final ZstdCompressCtx context = new ZstdCompressCtx().setLevel(1);

    @Override
    int squeeze(ByteBuffer source, int sourceOffset, int pageSize, ByteBuffer target, int targetOffset) {
        return context.compressDirectByteBuffer(target, targetOffset, bound(pageSize), source, sourceOffset, pageSize);
    }

    @Override
    public int bound(int pageSize) {
        return (int) Zstd.compressBound(pageSize);
    }

    @Override
    void release() {
        context.close();
    }
}
