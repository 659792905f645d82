// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.StoredBytes;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Reads pages from kdump files: decompresses them. */
final class KdumpPageReader implements PageReader {
    private final StoredDump pages;
    private final boolean recompress;

    /** @param recompress whether it is not to hand over what pages are stored as */
    KdumpPageReader(StoredDump pages, boolean recompress) {
        this.pages = pages;
        this.recompress = recompress;
    }

    @Override
    public boolean stores(PageCodec codec) {
        return !recompress && pages.header().codec() == codec;
    }

    @Override
    public void read(long firstPfn, int count, ByteBuffer into) throws IOException {
        PageCursor cursor = borrow(firstPfn, count);
        try {
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

    /** @param into a direct buffer */
    @Override
    public void read(long firstPfn, int count, ByteBuffer into, PageCodec codec, StoredBytes stored)
            throws IOException {
        PageCursor cursor = borrow(firstPfn, count);
        try {
            cursor.read(firstPfn, count, into, codec, stored);
        } finally {
            pages.giveBack(cursor);
        }
    }

    private PageCursor borrow(long firstPfn, int count) throws IOException {
        if (count < 1 || firstPfn < 0) {
            throw new IllegalArgumentException(count + " pages from page frame " + firstPfn);
        }
        PageCursor cursor = pages.borrow();
        if (cursor.keptPages(firstPfn, count) < count) {
            pages.giveBack(cursor);
            throw new VmcoreException(pages.path() + ": page frames " + firstPfn + " to " + (firstPfn + count - 1)
                    + " are asked for, expected them within one run of pages in the file");
        }
        return cursor;
    }
}
