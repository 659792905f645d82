// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.ByteBuffer;
import org.vmcorestream.rules.VerdictRuns;

/** {@code ChunkVerdict.runs}. */
public final class VerdictCodec {
    private VerdictCodec() {}

    /** Encodes the runs of a verdict into an array of exactly their size. */
    public static byte[] encode(VerdictRuns verdict) {
        throw new UnsupportedOperationException();
    }

    /**
     * Decodes runs; the buffer's position and limit bound what is read and are left alone.
     *
     * @param pages number of pages they must decide
     * @param reasons number of reasons they may point at
     * @throws MalformedRecordException when they do not, or are not well-formed
     */
    public static void decode(ByteBuffer bytes, long firstPfn, int pages, int reasons, VerdictRuns into)
            throws MalformedRecordException {
        throw new UnsupportedOperationException();
    }
}
