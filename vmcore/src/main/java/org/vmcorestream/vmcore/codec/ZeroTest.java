// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.nio.ByteBuffer;

/** Tells pages of zeros from others. Belongs to one thread. */
public final class ZeroTest {
    private final int pageSize;
    private final ByteBuffer zeros;

    /** @param pageSize in bytes, at least 8 */
    public ZeroTest(int pageSize) {
        this.pageSize = pageSize;
        zeros = ByteBuffer.allocateDirect(pageSize);
    }

    /**
     * Whether a page is all zeros. The first eight bytes are asked first: almost every other page shows there that it has
     * something in it.
     *
     * @param contents direct buffer, whose position becomes 0 and whose limit its capacity
     * @param offset where the page begins
     */
    public boolean isZero(ByteBuffer contents, int offset) {
        if (contents.getLong(offset) != 0) {
            return false;
        }
        contents.limit(offset + pageSize).position(offset);
        boolean zero = contents.mismatch(zeros) < 0;
        contents.clear();
        return zero;
    }
}
