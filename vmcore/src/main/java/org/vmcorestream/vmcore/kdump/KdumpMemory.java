// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.memory.PhysicalMemory;

/** Physical memory as far as kdump files have pages of it. */
final class KdumpMemory implements PhysicalMemory {
    private final StoredDump pages;
    private final int pageSize;
    private final int pageShift;

    KdumpMemory(StoredDump pages) {
        this.pages = pages;
        pageSize = pages.pageSize();
        pageShift = Integer.numberOfTrailingZeros(pageSize);
    }

    @Override
    public String source() {
        return pages.path().toString();
    }

    @Override
    public int read(long phys, int length, ByteBuffer into) throws IOException {
        PageCursor cursor = pages.borrow();
        try {
            return read(cursor, phys, length, into);
        } finally {
            pages.giveBack(cursor);
        }
    }

    private int read(PageCursor cursor, long phys, int length, ByteBuffer into) throws IOException {
        int done = 0;
        while (done < length) {
            long pfn = phys + done >>> pageShift;
            int offset = (int) (phys + done & pageSize - 1);
            int whole = offset == 0 && into.isDirect() ? length - done >>> pageShift : 0;
            int here = cursor.readablePages(pfn, Math.max(1, whole));
            if (here == 0) {
                return done;
            }
            if (whole > 0) {
                cursor.read(pfn, here, into);
                done += here << pageShift;
            } else {
                int bytes = Math.min(length - done, pageSize - offset);
                cursor.readPart(pfn, offset, bytes, into);
                done += bytes;
            }
        }
        return done;
    }
}
