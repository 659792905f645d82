// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.VmcoreException;

/** Reads pages from kdump files: decompresses them. */
final class KdumpPageReader implements PageReader {
    private final StoredPages pages;

    KdumpPageReader(StoredPages pages) {
        this.pages = pages;
    }

    @Override
    public void read(long firstPfn, int count, ByteBuffer into) throws IOException {
        if (count < 1 || firstPfn < 0) {
            throw new IllegalArgumentException(count + " pages from page frame " + firstPfn);
        }
        PageCursor cursor = pages.borrow();
        try {
            if (cursor.keptPages(firstPfn, count) < count) {
                throw new VmcoreException(pages.source() + ": page frames " + firstPfn + " to " + (firstPfn + count - 1)
                        + " are asked for, expected them within one run of pages in the file");
            }
            if (into.isDirect()) {
                cursor.read(firstPfn, count, into);
            } else {
                for (int i = 0; i < count; i++) {
                    cursor.readPart(firstPfn + i, 0, pages.pageSize(), into);
                }
            }
        } finally {
            pages.giveBack(cursor);
        }
    }
}
