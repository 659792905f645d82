// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** LZO1X by liblzo2. */
final class LiblzoDecompressor extends CheckedDecompressor {
    private final BufferAddress in = new BufferAddress();
    private final BufferAddress out = new BufferAddress();
    private final ByteBuffer count = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    private final long countAddress = new BufferAddress().of(count);

    LiblzoDecompressor() {
        super(PageCodec.LZO);
    }

    @Override
    int expand(ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int pageSize) {
        try {
            count.putLong(0, pageSize);
            int result = Liblzo.lzo1x_decompress_safe(
                    in.of(source) + sourceOffset, length, out.of(target) + targetOffset, countAddress, 0);
            return result == Liblzo.OK ? (int) count.getLong(0) : -1;
        } finally {
            Reference.reachabilityFence(source);
            Reference.reachabilityFence(target);
        }
    }

    @Override
    void release() {
        // the garbage collector does it
    }
}
