// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Where a kdump file ends. Whoever writes one puts pages in the order of page frames, so that the page that was stored last is that of one of the
 * last descriptors; only the page of zeros, which many share, and missing pages tell nothing.
 */
final class LastPage {
    private static final int WINDOW = 2048;

    /** Windows that are looked at, from the end on: more pages of zeros at the end of memory than that are taken for a whole file. */
    private static final int WINDOWS = 64;

    private LastPage() {}

    /**
     * Whether the page that was stored last lies within the file; a file without such a page has it. A descriptor that leads where no file of the
     * dump could have a page says nothing of where it ends.
     *
     * @param part all of whose descriptors are there
     * @param allPages of all parts: the data of a part begin behind room for so many descriptors
     */
    static boolean isIn(StoredPart part, long allPages) throws IOException {
        ByteBuffer window = ByteBuffer.allocate(WINDOW * PageDescriptor.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        long pageSize = part.layout().pageSize();
        long most = part.layout().descriptorOffset(allPages) + (part.pages() + 1) * pageSize;
        long end = part.pages();
        for (int i = 0; i < WINDOWS && end > 0; i++) {
            int count = (int) Math.min(WINDOW, end);
            end -= count;
            part.file()
                    .read(
                            "page descriptors",
                            part.layout().descriptorOffset(end),
                            window.clear().limit(count * PageDescriptor.SIZE));
            int last = last(window, count);
            if (last >= 0) {
                long offset = window.getLong(last);
                long size = Integer.toUnsignedLong(window.getInt(last + 8));
                return size > pageSize
                        || offset < 0
                        || offset + size > most
                        || part.file().holds(offset, size);
            }
        }
        return true;
    }

    /** The descriptor in a window that leads furthest of those from the last compressed page on; -1 when all share one page or none. */
    private static int last(ByteBuffer window, int count) {
        int last = -1;
        boolean several = false;
        for (int at = (count - 1) * PageDescriptor.SIZE; at >= 0; at -= PageDescriptor.SIZE) {
            long offset = window.getLong(at);
            if (offset == 0) {
                continue;
            }
            several |= last >= 0 && offset != window.getLong(last);
            if (last < 0 || offset > window.getLong(last)) {
                last = at;
            }
            if (window.getInt(at + 12) != 0) {
                return last;
            }
        }
        return several ? last : -1;
    }
}
