// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;

/** LZ4 blocks, fast mode. */
final class Lz4Compressor extends CheckedCompressor {
    private final LZ4Compressor compressor = LZ4Factory.fastestInstance().fastCompressor();

    @Override
    int squeeze(ByteBuffer source, int sourceOffset, int pageSize, ByteBuffer target, int targetOffset) {
        return compressor.compress(source, sourceOffset, pageSize, target, targetOffset, bound(pageSize));
    }

    @Override
    public int bound(int pageSize) {
        return compressor.maxCompressedLength(pageSize);
    }

    @Override
    void release() {
        // holds nothing
    }
}
