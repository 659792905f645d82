// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** LZ4 blocks, with the decompressor that checks its input. */
final class Lz4Decompressor extends CheckedDecompressor {
    private final LZ4SafeDecompressor decompressor =
            LZ4Factory.fastestInstance().safeDecompressor();

    Lz4Decompressor() {
        super(PageCodec.LZ4);
    }

    @Override
    int expand(ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int pageSize) {
        return decompressor.decompress(source, sourceOffset, length, target, targetOffset, pageSize);
    }

    @Override
    void release() {
        // holds nothing
    }
}
