// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.ZeroTest;

/**
 * The kept pages of a stored dump, one after the other in the order of page frames. Nobody but zero pages may share stored bytes, so that a
 * small file cannot make a huge one. Belongs to one thread.
 */
final class PageSequence implements AutoCloseable {
    private final PageCursor cursor;
    private final StoredBitmap kept;
    private final Iterator<StoredPart> parts;
    private final ZeroTest zeroTest;

    private StoredPart part;
    private long index;
    private long stored;
    private long zeroPage;
    private long pfn = -1;
    private boolean zero;

    /** Begins before the first page. */
    PageSequence(StoredDump dump) {
        cursor = new PageCursor(dump);
        kept = dump.kept();
        parts = dump.parts().iterator();
        zeroTest = new ZeroTest(dump.pageSize());
    }

    /**
     * Goes to the next kept page.
     *
     * @return false when there is none
     * @throws VmcoreException when its descriptor is bad
     */
    boolean next() throws IOException {
        while (part == null || index == part.pages()) {
            if (!parts.hasNext()) {
                return false;
            }
            part = parts.next();
            index = 0;
            stored = 0;
            zeroPage = 0;
        }
        pfn = kept.nextSet(pfn + 1);
        cursor.seek(part, pfn, index, (int) Math.min(part.pages() - index, Integer.MAX_VALUE));
        index++;
        zero = !cursor.missing() && cursor.flags() == 0 && isZero();
        if (!cursor.missing() && !zero) {
            stored += cursor.size();
            long most = part.file().size() - part.dataOffset();
            if (stored > most) {
                throw cursor.bad("no more than " + most + " bytes of pages together, which is what the file has");
            }
        }
        return true;
    }

    private boolean isZero() throws IOException {
        if (cursor.offset() == zeroPage) {
            return true;
        }
        if (!zeroTest.isZero(cursor.stored(), cursor.storedIndex())) {
            return false;
        }
        zeroPage = cursor.offset();
        return true;
    }

    /** Page frame of this page. */
    long pfn() {
        return pfn;
    }

    /** Whether the dump keeps the page and does not have it. */
    boolean missing() {
        return cursor.missing();
    }

    /** Whether it is stored as a page of zeros. */
    boolean zero() {
        return zero;
    }

    /** Codec of its stored bytes; null for a raw page. */
    PageCodec codec() {
        return cursor.codec();
    }

    /** Number of its stored bytes. */
    int size() {
        return cursor.size();
    }

    /** A direct buffer that holds the stored bytes from {@link #storedIndex} on, until the next page. */
    ByteBuffer stored() throws IOException {
        return cursor.stored();
    }

    /** Where the stored bytes begin in {@link #stored}, which was asked for before. */
    int storedIndex() {
        return cursor.storedIndex();
    }

    /** The file that has the page. */
    StoredPart part() {
        return part;
    }

    /** Where the stored bytes are in the file. */
    long offset() {
        return cursor.offset();
    }

    @Override
    public void close() {
        cursor.close();
    }
}
