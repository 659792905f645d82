// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** LZO1X-1 by liblzo2. */
final class LiblzoCompressor extends CheckedCompressor {
    private final BufferAddress in = new BufferAddress();
    private final BufferAddress out = new BufferAddress();
    private final ByteBuffer work =
            ByteBuffer.allocateDirect(Liblzo.WORK_MEMORY + Long.BYTES).order(ByteOrder.nativeOrder());
    private final long workAddress = new BufferAddress().of(work);

    @Override
    int squeeze(ByteBuffer source, int sourceOffset, int pageSize, ByteBuffer target, int targetOffset) {
        try {
            int result = Liblzo.lzo1x_1_compress(
                    in.of(source) + sourceOffset,
                    pageSize,
                    out.of(target) + targetOffset,
                    workAddress + Liblzo.WORK_MEMORY,
                    workAddress);
            return result == Liblzo.OK ? (int) work.getLong(Liblzo.WORK_MEMORY) : -1;
        } finally {
            Reference.reachabilityFence(source);
            Reference.reachabilityFence(target);
        }
    }

    /** What lzo1x_1_compress may write for a page that does not shrink, as LZO.FAQ states it. */
    @Override
    public int bound(int pageSize) {
        return pageSize + pageSize / 16 + 64 + 3;
    }

    @Override
    void release() {
        // the garbage collector does it
    }
}
