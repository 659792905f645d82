// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;

/**
 * Runs of consecutive page frames whose pages a stored dump has, in order. A complete dump has what its second bitmap says; of an
 * incomplete one the descriptors are asked too.
 */
final class KeptRuns implements AutoCloseable {
    private final StoredBitmap kept;
    private final PageSequence described;
    private long first;
    private long end;
    private boolean waiting;

    /** Begins before the first run. */
    KeptRuns(StoredDump dump) {
        kept = dump.kept();
        described = dump.incomplete() ? new PageSequence(dump) : null;
    }

    /** Goes to the next run; false when there is none. */
    boolean next() throws IOException {
        if (described != null) {
            return nextDescribed();
        }
        first = kept.nextSet(end);
        if (first < 0) {
            return false;
        }
        end = kept.nextClear(first);
        return true;
    }

    private boolean nextDescribed() throws IOException {
        while (!waiting) {
            if (!described.next()) {
                return false;
            }
            waiting = !described.missing();
        }
        first = described.pfn();
        end = first + 1;
        waiting = false;
        while (!waiting && described.next()) {
            if (described.missing()) {
                break;
            }
            waiting = described.pfn() != end;
            end += waiting ? 0 : 1;
        }
        return true;
    }

    /** First page frame of the run. */
    long first() {
        return first;
    }

    /** Page frame behind its last one. */
    long end() {
        return end;
    }

    @Override
    public void close() {
        if (described != null) {
            described.close();
        }
    }
}
