// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import org.vmcorestream.vmcore.PfnSet;

/** The page frames that the second bitmap has, read from the file as they are asked for. Belongs to one thread. */
final class HeldPages implements PfnSet {
    private final StoredBitmap kept;

    HeldPages(StoredBitmap kept) {
        this.kept = kept;
    }

    @Override
    public boolean contains(long pfn) throws IOException {
        return kept.get(pfn);
    }

    @Override
    public long nextChange(long pfn) throws IOException {
        if (kept.get(pfn)) {
            return kept.nextClear(pfn);
        }
        long next = kept.nextSet(pfn);
        return next < 0 ? Long.MAX_VALUE : next;
    }
}
