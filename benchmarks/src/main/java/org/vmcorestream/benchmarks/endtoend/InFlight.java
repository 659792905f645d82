// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.util.HashMap;
import java.util.Map;

/**
 * Bytes of pages that captures began to send and no file was made of yet: those that were sent as they were sent, those that are
 * still to come uncompressed, since nobody knows better. The gate counts a stripe as sent once it has ended, so it never counts less.
 * Can be used by several threads at once.
 */
final class InFlight {
    private final Map<String, Long> dumps = new HashMap<>();
    private long now;
    private long most;

    /** A dump counts for so many bytes from now on. */
    synchronized void count(String dumpId, long bytes) {
        Long before = dumps.put(dumpId, bytes);
        now += bytes - (before == null ? 0 : before);
        most = Math.max(most, now);
    }

    /** A capture has ended; nothing changes when its file was faster. */
    synchronized void sent(String dumpId, long bytes) {
        if (dumps.containsKey(dumpId)) {
            count(dumpId, bytes);
        }
    }

    /** The file of a dump is in its place. */
    synchronized void done(String dumpId) {
        Long before = dumps.remove(dumpId);
        now -= before == null ? 0 : before;
    }

    /** Forgets what was before: nothing is in flight now. */
    synchronized void beginAnew() {
        dumps.clear();
        now = 0;
        most = 0;
    }

    /** The most there ever was. */
    synchronized long most() {
        return most;
    }
}
