// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/** Snappy blocks by the native library that snappy-java brings along. */
final class SnappyCompressor extends CheckedCompressor {
    private final BufferView in = new BufferView();
    private final BufferView out = new BufferView();

    @Override
    int squeeze(ByteBuffer source, int sourceOffset, int pageSize, ByteBuffer target, int targetOffset) {
        try {
            return Snappy.compress(
                    in.of(source, sourceOffset, pageSize), out.of(target, targetOffset, bound(pageSize)));
        } catch (IOException e) {
            throw new UncheckedIOException("snappy", e);
        }
    }

    @Override
    public int bound(int pageSize) {
        return Snappy.maxCompressedLength(pageSize);
    }

    @Override
    void release() {
        // holds nothing
    }
}
