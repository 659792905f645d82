// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import io.airlift.compress.lzo.LzoCompressor;
import java.nio.ByteBuffer;

/** LZO1X in Java, for machines without liblzo2. */
final class AirliftLzoCompressor extends CheckedCompressor {
    private final LzoCompressor compressor = new LzoCompressor();
    private final BufferView in = new BufferView();
    private final BufferView out = new BufferView();

    @Override
    int squeeze(ByteBuffer source, int sourceOffset, int pageSize, ByteBuffer target, int targetOffset) {
        ByteBuffer room = out.of(target, targetOffset, bound(pageSize));
        compressor.compress(in.of(source, sourceOffset, pageSize), room);
        return room.position() - targetOffset;
    }

    @Override
    public int bound(int pageSize) {
        return compressor.maxCompressedLength(pageSize);
    }

    @Override
    void release() {
        // the garbage collector does it
    }
}
