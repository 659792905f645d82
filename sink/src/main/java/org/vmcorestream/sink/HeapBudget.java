// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

/**
 * Heap that the bitmaps of all assemblies may take together. They grow with the guest (64 MiB for 1 TiB of memory) and with
 * what a hostile manifest claims, so an assembly takes its share before it begins, and waits while there is not enough.
 *
 * <p>Replays share half of it among them. One that needs more than this half begins only while nobody else has anything, and
 * gives way when a live dump is refused. A live dump none of whose pages were announced yet may wait for its turn to send for
 * hours: it begins only while nobody is refused, and gives way to one that has pages. Can be used by several threads at once.
 */
final class HeapBudget {
    private final long total;
    private long left;
    private long replays;
    private boolean wanted;
    private long refused;

    /**
     * @param total bytes to share
     */
    HeapBudget(long total) {
        this.total = total;
        left = total;
    }

    /** All there is, in bytes. */
    long total() {
        return total;
    }

    /**
     * Takes a share, or nothing when there is not enough left.
     *
     * @param replay whether it is for the file of a replay
     */
    synchronized boolean take(long bytes, boolean replay) {
        boolean allowed = bytes <= left && (!replay || replays + bytes <= total / 2 || left == total);
        if (!replay) {
            wanted = !allowed;
            refused = allowed ? 0 : bytes;
        }
        if (allowed) {
            left -= bytes;
            replays += replay ? bytes : 0;
        }
        return allowed;
    }

    /** Takes a share for a live dump without any page so far, or nothing when there is not enough left or somebody waits. */
    synchronized boolean takeEarly(long bytes) {
        boolean allowed = refused == 0 && bytes <= left;
        left -= allowed ? bytes : 0;
        return allowed;
    }

    /** Whether a live dump that has pages waits for more than is left. */
    synchronized boolean isShort() {
        return refused > left;
    }

    /** Gives a share back. */
    synchronized void giveBack(long bytes, boolean replay) {
        left += bytes;
        replays -= replay ? bytes : 0;
    }

    /** Whether a replay that has this share is to give it back, because it is more than the half and a live dump waits. */
    synchronized boolean wantsBack(long bytes) {
        boolean back = wanted && bytes > total / 2;
        wanted &= !back;
        return back;
    }
}
