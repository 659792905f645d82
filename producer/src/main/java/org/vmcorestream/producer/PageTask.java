// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Pages that are read and compressed together, and what became of them. A fixed number of tasks goes round: filled by the
 * capturing thread, worked on by one worker, sent by the capturing thread, filled again.
 */
final class PageTask {
    /** Bytes of page contents in a task: 256 pages of 4 KiB. */
    static final int CONTENT_BYTES = 1 << 20;

    /** Tells a worker to stop. */
    static final PageTask STOP = new PageTask(0, ByteBuffer.allocate(0));

    private final int maxPages;
    private final long[] runFirst;
    private final int[] runPages;
    private int runs;
    private int pages;
    private int stripe;

    private final ByteBuffer stored;
    private final List<Part> parts = new ArrayList<>();
    private Throwable failure;
    private final Semaphore done = new Semaphore(0);

    /** @param bound most bytes that compressing a page may touch */
    PageTask(int pageSize, int bound) {
        this(CONTENT_BYTES / pageSize, ByteBuffer.allocateDirect(CONTENT_BYTES + Math.max(bound, pageSize)));
    }

    private PageTask(int maxPages, ByteBuffer stored) {
        this.maxPages = maxPages;
        this.stored = stored;
        runFirst = new long[maxPages];
        runPages = new int[maxPages];
    }

    /** Fills the task with pages of one stripe; false when none are left. */
    boolean fill(int stripe, KeptPages.Cursor cursor) {
        this.stripe = stripe;
        runs = 0;
        pages = 0;
        parts.clear();
        failure = null;
        while (pages < maxPages) {
            int taken = cursor.next(maxPages - pages);
            if (taken == 0) {
                break;
            }
            addRun(cursor.firstPfn(), taken);
        }
        return pages > 0;
    }

    private void addRun(long firstPfn, int count) {
        pages += count;
        if (runs > 0 && runFirst[runs - 1] + runPages[runs - 1] == firstPfn) {
            runPages[runs - 1] += count;
            return;
        }
        runFirst[runs] = firstPfn;
        runPages[runs++] = count;
    }

    /** Stripe of the pages. */
    int stripe() {
        return stripe;
    }

    /** Number of pages, at least 1. */
    int pages() {
        return pages;
    }

    /** Number of runs of consecutive pages. */
    int runs() {
        return runs;
    }

    /** First page frame of a run. */
    long runFirst(int run) {
        return runFirst[run];
    }

    /** Pages of a run. */
    int runPages(int run) {
        return runPages[run];
    }

    /** Stored bytes of all parts, one behind the other. */
    ByteBuffer stored() {
        return stored;
    }

    /** What becomes records, ascending. */
    List<Part> parts() {
        return parts;
    }

    /** The worker is through. */
    void finished(Throwable failure) {
        this.failure = failure;
        done.release();
    }

    /** Waits for the worker; what made it fail, or null. */
    Throwable await() throws InterruptedException {
        done.acquire();
        return failure;
    }

    /**
     * Pages that travel in one record.
     *
     * @param index encoded index
     * @param offset where their bytes begin in {@link #stored()}
     * @param length number of their bytes
     */
    record Part(long firstPfn, long lastPfn, int pages, int zeroPages, byte[] index, int offset, int length) {}
}
