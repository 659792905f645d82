// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Heap that the bitmaps of all assemblies may take together. They grow with the guest (64 MiB for 1 TiB of memory) and with
 * what a hostile manifest claims, so an assembly takes its share before it begins, and waits while there is not enough.
 */
final class HeapBudget {
    private final long total;
    private final AtomicLong left;

    /**
     * @param total bytes to share
     */
    HeapBudget(long total) {
        this.total = total;
        left = new AtomicLong(total);
    }

    /** All there is, in bytes. */
    long total() {
        return total;
    }

    /** Takes a share, or nothing when there is not enough left. */
    boolean take(long bytes) {
        while (true) {
            long now = left.get();
            if (now < bytes) {
                return false;
            }
            if (left.compareAndSet(now, now - bytes)) {
                return true;
            }
        }
    }

    /** Gives a share back. */
    void giveBack(long bytes) {
        left.addAndGet(bytes);
    }
}
