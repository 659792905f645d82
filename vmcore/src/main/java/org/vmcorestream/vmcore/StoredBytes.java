// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.nio.ByteBuffer;

/** Takes the bytes that pages are stored as, page by page, while the pages themselves are read. */
@FunctionalInterface
public interface StoredBytes {
    /**
     * The next page.
     *
     * @param stored has its bytes until this returns; null when {@code length} is 0 or the page size
     * @param index where they begin
     * @param length their number, when they are in the codec asked for and shorter than the page; the page size for a page that this codec did
     *     not make shorter; 0 for a page that is stored in another way
     */
    void next(ByteBuffer stored, int index, int length);
}
