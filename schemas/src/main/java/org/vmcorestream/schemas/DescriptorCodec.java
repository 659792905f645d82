// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.ByteBuffer;
import org.vmcorestream.rules.ChunkDescriptors;

/** {@code ChunkMetadata.descriptors}. */
public final class DescriptorCodec {
    private DescriptorCodec() {}

    /** Encodes the descriptors of a chunk into an array of exactly their size. */
    public static byte[] encode(ChunkDescriptors chunk) {
        throw new UnsupportedOperationException();
    }

    /**
     * Decodes descriptors; the buffer's position and limit bound what is read and are left alone.
     *
     * @param pages number of pages they must describe
     * @throws MalformedRecordException when they do not, or are not well-formed
     */
    public static void decode(ByteBuffer bytes, long firstPfn, int pages, ChunkDescriptors into)
            throws MalformedRecordException {
        throw new UnsupportedOperationException();
    }
}
