// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.nio.ByteBuffer;

/**
 * Where one page of a kdump file is stored (struct page_desc of makedumpfile), little-endian.
 *
 * <pre>
 *    0  u64  offset      of the stored bytes in the file; 0: the page is missing
 *    8  u32  size        of the stored bytes
 *   12  u32  flags       0 raw, else the flag of a codec
 *   16  u64  page_flags  flags of struct page; makedumpfile always writes 0
 * </pre>
 *
 * @param offset position of the stored bytes in the file, 0 when the page is missing
 * @param size number of stored bytes
 * @param flags 0 for a raw page, else {@link org.vmcorestream.vmcore.codec.PageCodec#kdumpFlag()}
 */
public record PageDescriptor(long offset, int size, int flags) {
    /** Bytes of a descriptor in the file. */
    public static final int SIZE = 24;

    /** The descriptor of a page that should be in the file and is not. */
    public static final PageDescriptor MISSING = new PageDescriptor(0, 0, 0);

    /** Whether the page should be in the file and is not. */
    public boolean missing() {
        return offset == 0;
    }

    /** Writes a descriptor at the position of a little-endian buffer, which moves behind it. */
    static void put(ByteBuffer into, long offset, int size, int flags) {
        into.putLong(offset).putInt(size).putInt(flags).putLong(0);
    }
}
