// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.vmcorestream.vmcore.VmcoreException;

/** zlib by the JDK. */
final class JdkZlibDecompressor extends CheckedDecompressor {
    private final Inflater inflater = new Inflater();
    private final BufferView in = new BufferView();
    private final BufferView out = new BufferView();

    JdkZlibDecompressor() {
        super(PageCodec.ZLIB);
    }

    @Override
    int expand(ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int pageSize)
            throws VmcoreException {
        inflater.reset();
        inflater.setInput(in.of(source, sourceOffset, length));
        int written;
        try {
            written = inflater.inflate(out.of(target, targetOffset, pageSize));
        } catch (DataFormatException e) {
            throw new VmcoreException(e.getMessage(), e);
        }
        return inflater.finished() && inflater.getRemaining() == 0 ? written : -1;
    }

    @Override
    void release() {
        inflater.end();
    }
}
