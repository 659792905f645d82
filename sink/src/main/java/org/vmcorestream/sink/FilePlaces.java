// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

/**
 * How many files may be begun at the same time. Each takes about as much memory, whatever the size of its dump, so an assembly takes a
 * place before it begins, and waits while there is none.
 *
 * <p>Replays have half of them at most. A live dump none of whose pages were announced yet may wait for its turn to send for
 * hours: it begins only while nobody is refused, and gives way to one that has pages. Can be used by several threads at once.
 */
final class FilePlaces {
    private final int most;
    private int taken;
    private int replays;
    private boolean refused;

    /**
     * Places that are all free.
     *
     * @param most how many, at least 1
     */
    FilePlaces(int most) {
        this.most = most;
    }

    /**
     * Takes a place, or none when there is none left.
     *
     * @param replay whether it is for the file of a replay
     */
    synchronized boolean take(boolean replay) {
        boolean allowed = taken < most && (!replay || replays < Math.max(1, most / 2));
        if (!replay) {
            refused = !allowed;
        }
        if (allowed) {
            taken++;
            replays += replay ? 1 : 0;
        }
        return allowed;
    }

    /** Takes a place for a live dump without any page so far, or none when there is none left or somebody waits. */
    synchronized boolean takeEarly() {
        boolean allowed = !refused && taken < most;
        taken += allowed ? 1 : 0;
        return allowed;
    }

    /** Whether a live dump that has pages waits for a place. */
    synchronized boolean isShort() {
        return refused && taken == most;
    }

    /** Gives a place back. */
    synchronized void giveBack(boolean replay) {
        taken--;
        replays -= replay ? 1 : 0;
    }
}
