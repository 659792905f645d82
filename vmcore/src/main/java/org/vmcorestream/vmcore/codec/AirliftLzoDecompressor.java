// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import io.airlift.compress.lzo.LzoDecompressor;
import java.nio.ByteBuffer;

/** LZO1X in Java, for machines without liblzo2. */
final class AirliftLzoDecompressor extends CheckedDecompressor {
    private final LzoDecompressor decompressor = new LzoDecompressor();
    private final BufferView in = new BufferView();
    private final BufferView out = new BufferView();

    AirliftLzoDecompressor() {
        super(PageCodec.LZO);
    }

    @Override
    int expand(ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int pageSize) {
        ByteBuffer room = out.of(target, targetOffset, pageSize);
        decompressor.decompress(in.of(source, sourceOffset, length), room);
        return room.position() - targetOffset;
    }

    @Override
    void release() {
        // the garbage collector does it
    }
}
