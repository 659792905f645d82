// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/** zlib by the JDK, at level 1, which is what makedumpfile uses (Z_BEST_SPEED). */
final class JdkZlibCompressor extends CheckedCompressor {
    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    private final BufferView in = new BufferView();
    private final BufferView out = new BufferView();

    @Override
    int squeeze(ByteBuffer source, int sourceOffset, int pageSize, ByteBuffer target, int targetOffset) {
        deflater.reset();
        deflater.setInput(in.of(source, sourceOffset, pageSize));
        deflater.finish();
        int length = deflater.deflate(out.of(target, targetOffset, pageSize));
        return deflater.finished() ? length : -1;
    }

    @Override
    public int bound(int pageSize) {
        return pageSize;
    }

    @Override
    void release() {
        deflater.end();
    }
}
