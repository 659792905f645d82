// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.VmcoreException;
import org.xerial.snappy.Snappy;

/**
 * Snappy blocks by the native library that snappy-java brings along. That one trusts the length the block begins with, so it
 * is checked first.
 */
final class SnappyDecompressor extends CheckedDecompressor {
    private final BufferView in = new BufferView();
    private final BufferView out = new BufferView();

    SnappyDecompressor() {
        super(PageCodec.SNAPPY);
    }

    @Override
    int expand(ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int pageSize)
            throws IOException {
        ByteBuffer stored = in.of(source, sourceOffset, length);
        int promised = Snappy.uncompressedLength(stored);
        if (promised != pageSize) {
            throw new VmcoreException("promises " + (promised & 0xffff_ffffL) + " bytes");
        }
        return Snappy.uncompress(stored, out.of(target, targetOffset, pageSize));
    }

    @Override
    void release() {
        // holds nothing
    }
}
