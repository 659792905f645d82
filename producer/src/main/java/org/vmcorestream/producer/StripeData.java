// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.kdump.Crc32cCombine;

/**
 * The pages of one stripe on their way: into tasks, and from tasks into records. Belongs to the capturing thread, but for its
 * number.
 */
final class StripeData {
    private final StripeProgress progress;
    private final KeptPages kept;
    private final PageReader reader;
    private final int hintPages;
    private final byte[] key;
    private int filled;
    private boolean drained;
    private DataTotals totals;

    /** @param key key of its records */
    StripeData(StripeProgress progress, KeptPages kept, PageReader reader, int pageSize, byte[] key) {
        this.progress = progress;
        this.kept = kept;
        this.reader = reader;
        this.key = key;
        hintPages = PageTask.HINT_BYTES / pageSize;
        totals = progress.arrived().data().totals();
        filled = totals.batches();
    }

    int number() {
        return progress.stripe().number();
    }

    StripeProgress progress() {
        return progress;
    }

    /** Key of its records. */
    byte[] key() {
        return key;
    }

    /** Number of the next task. */
    int nextSequence() {
        return filled;
    }

    /**
     * Adds pages to a task of this stripe.
     *
     * @return whether the task is to be worked on: it is full, or no page will follow
     */
    boolean fill(PageTask task) throws IOException {
        while (!task.isFull()) {
            int available = kept.available();
            if (available == 0) {
                drained = kept.drained();
                break;
            }
            add(task, kept.firstPfn(), available);
        }
        boolean ready = task.isFull() || drained && task.pages() > 0;
        if (ready) {
            filled++;
            announce(task);
        }
        return ready;
    }

    /**
     * Adds the first of some pages. A hole counts as such in whole blocks of {@link #hintPages}, aligned, so that it does not matter
     * in which pieces pages become available: a block never lies in two chunks.
     */
    private void add(PageTask task, long first, int available) throws IOException {
        int beforeBlock = (int) (-first & hintPages - 1);
        int readable = Math.min(available, beforeBlock);
        if (beforeBlock == 0) {
            int blocks = available & -hintPages;
            readable = available;
            if (blocks > 0) {
                int hole = Math.min(task.holeRoom(), reader.holePages(first, blocks)) & -hintPages;
                if (hole > 0) {
                    task.add(first, hole, true);
                    kept.take(hole);
                    return;
                }
                readable = Math.min(blocks, reader.dataPages(first, blocks) + hintPages - 1 & -hintPages);
            }
        }
        int taken = Math.min(readable, task.contentRoom());
        task.add(first, taken, false);
        kept.take(taken);
    }

    /** Tells the file what is read next. */
    private void announce(PageTask task) throws IOException {
        for (int run = 0; run < task.runs(); run++) {
            if (!task.runIsHole(run) && task.runPages(run) >= hintPages) {
                reader.willNeed(task.runFirst(run), task.runPages(run));
            }
        }
    }

    /** Whether all pages are in tasks. */
    boolean drained() {
        return drained;
    }

    /** Counts a record that is sent, in order; what was sent with it. */
    DataTotals sent(PageTask task) {
        totals = new DataTotals(
                totals.batches() + 1,
                totals.pages() + task.pages(),
                totals.zeroPages() + task.zeroPages(),
                totals.pageBytes() + task.storedBytes(),
                Crc32cCombine.combine(totals.digest(), task.digest(), task.digestBytes()));
        return totals;
    }

    /** Whether all records were sent but the last, which says so. */
    boolean allSent() {
        return drained && totals.batches() == filled;
    }

    /** What was sent. */
    DataTotals totals() {
        return totals;
    }
}
