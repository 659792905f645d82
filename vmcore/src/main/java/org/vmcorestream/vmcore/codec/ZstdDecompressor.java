// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import com.github.luben.zstd.ZstdDecompressCtx;
import java.nio.ByteBuffer;

/** Zstandard frames; the context is reused. */
final class ZstdDecompressor extends CheckedDecompressor {
    private final ZstdDecompressCtx context = new ZstdDecompressCtx();

    ZstdDecompressor() {
        super(PageCodec.ZSTD);
    }

    @Override
    int expand(ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int pageSize) {
        return context.decompressDirectByteBuffer(target, targetOffset, pageSize, source, sourceOffset, length);
    }

    @Override
    void release() {
        context.close();
    }
}
