// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import org.vmcorestream.vmcore.PfnSet;

/**
 * The page frames that an incomplete dump really has: the second bitmap has them, and their descriptors lead to bytes of the file.
 * Every descriptor is looked at, once when it is asked for in order. Belongs to one thread.
 */
final class ReadablePages implements PfnSet {
    private final HeldPages held;
    private final PageCursor cursor;
    private long first;
    private long end;
    private boolean readable;

    /** @param cursor used by this set alone */
    ReadablePages(HeldPages held, PageCursor cursor) {
        this.held = held;
        this.cursor = cursor;
    }

    @Override
    public boolean contains(long pfn) throws IOException {
        find(pfn);
        return readable;
    }

    @Override
    public long nextChange(long pfn) throws IOException {
        find(pfn);
        return end;
    }

    /** Finds the run that a page frame is in, from there on. */
    private void find(long pfn) throws IOException {
        if (pfn >= first && pfn < end) {
            return;
        }
        end = pfn;
        first = pfn;
        readable = isReadable(pfn);
        long at = pfn;
        do {
            at = held.contains(at) ? at + 1 : held.nextChange(at);
        } while (at < Long.MAX_VALUE && isReadable(at) == readable);
        end = at;
    }

    private boolean isReadable(long pfn) throws IOException {
        return held.contains(pfn) && !cursor.isMissing(pfn);
    }
}
