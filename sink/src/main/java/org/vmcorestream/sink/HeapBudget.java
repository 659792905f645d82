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
    private final int most;
    private int shares;

    /** Any number of shares. */
    HeapBudget(long total) {
        this(total, Integer.MAX_VALUE);
    }

    /**
     * @param total bytes to share
     * @param most shares at the same time: a file that is begun has buffers outside of the heap
     */
    HeapBudget(long total, int most) {
        this.total = total;
        this.most = most;
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
        boolean allowed = shares < most && bytes <= left && (!replay || replays + bytes <= total / 2 || left == total);
        if (!replay) {
            wanted = !allowed;
            refused = allowed ? 0 : bytes;
        }
        if (allowed) {
            shares++;
            left -= bytes;
            replays += replay ? bytes : 0;
        }
        return allowed;
    }

    /** Takes a share for a live dump without any page so far, or nothing when there is not enough left or somebody waits. */
    synchronized boolean takeEarly(long bytes) {
        boolean allowed = refused == 0 && shares < most && bytes <= left;
        if (allowed) {
            shares++;
            left -= bytes;
        }
        return allowed;
    }

    /** Whether a live dump that has pages waits for more than is left. */
    synchronized boolean isShort() {
        return refused > 0 && (refused > left || shares == most);
    }

    /** Gives a share back. */
    synchronized void giveBack(long bytes, boolean replay) {
        shares--;
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
