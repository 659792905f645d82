// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.concurrent.Semaphore;
import org.apache.kafka.common.header.Headers;
import org.vmcorestream.schemas.PageBatchIndex;

/**
 * Pages that travel in one record, and what became of them. A fixed number of tasks goes round: filled by the capturing thread,
 * worked on by one worker, sent by the capturing thread, filled again.
 */
final class PageTask {
    /**
     * Most bytes of page contents in a task, and so most stored bytes in its record: 240 pages of 4 KiB. With index, key and
     * headers a record stays below 1,048,588 bytes, which is what a topic takes when nobody configured it.
     */
    static final int CONTENT_BYTES = 960 << 10;

    /** A file is told of what is to be read, and asked for holes, by stretches of at least this many bytes. */
    static final int HINT_BYTES = 64 << 10;

    /** Tells a worker to stop. */
    static final PageTask STOP = new PageTask(CONTENT_BYTES);

    private static final int MAX_RUNS = 1024;

    private final int maxContentPages;
    private final long[] runFirst = new long[MAX_RUNS];
    private final int[] runPages = new int[MAX_RUNS];
    private final boolean[] runIsHole = new boolean[MAX_RUNS];
    private int runs;
    private int pages;
    private int contentPages;
    private StripeData stripe;
    private int sequence;

    private byte[] value;
    private Headers headers;
    private int digest;
    private int digestBytes;
    private int zeroPages;
    private int storedBytes;
    private Throwable failure;
    private final Semaphore done = new Semaphore(0);

    PageTask(int pageSize) {
        maxContentPages = CONTENT_BYTES / pageSize;
    }

    /** Empties the task. */
    void clear() {
        stripe = null;
        runs = 0;
        pages = 0;
        contentPages = 0;
        value = null;
        headers = null;
        failure = null;
    }

    /** Says whose pages come into the empty task. */
    void begin(StripeData stripe, int sequence) {
        this.stripe = stripe;
        this.sequence = sequence;
    }

    /** Most pages to be read that have room. */
    int contentRoom() {
        return maxContentPages - contentPages;
    }

    /** Most pages of a hole that have room. */
    int holeRoom() {
        return PageBatchIndex.MAX_PAGES - pages;
    }

    /** Whether nothing more has room. */
    boolean isFull() {
        return contentPages == maxContentPages
                || pages >= PageBatchIndex.MAX_PAGES - maxContentPages
                || runs == MAX_RUNS;
    }

    /**
     * Adds consecutive pages, behind all others.
     *
     * @param hole whether they are in a hole of the file, so that they are zeros and need not be read
     */
    void add(long firstPfn, int count, boolean hole) {
        pages += count;
        contentPages += hole ? 0 : count;
        int last = runs - 1;
        if (last >= 0 && runFirst[last] + runPages[last] == firstPfn && runIsHole[last] == hole) {
            runPages[last] += count;
            return;
        }
        runFirst[runs] = firstPfn;
        runPages[runs] = count;
        runIsHole[runs++] = hole;
    }

    /** Stripe of the pages. */
    StripeData stripe() {
        return stripe;
    }

    /** Number of the record in its stripe. */
    int sequence() {
        return sequence;
    }

    /** Number of pages. */
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

    /** Whether the pages of a run are in a hole. */
    boolean runIsHole(int run) {
        return runIsHole[run];
    }

    /** First page frame. */
    long firstPfn() {
        return runFirst[0];
    }

    /** Page frame behind the last one. */
    long endPfn() {
        return runFirst[runs - 1] + runPages[runs - 1];
    }

    /**
     * Takes the record.
     *
     * @param digest CRC-32C of index and data
     * @param digestBytes their length
     */
    void encoded(byte[] value, Headers headers, int digest, int digestBytes, int zeroPages, int storedBytes) {
        this.value = value;
        this.headers = headers;
        this.digest = digest;
        this.digestBytes = digestBytes;
        this.zeroPages = zeroPages;
        this.storedBytes = storedBytes;
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

    /** Value of the record, which the task lets go of. */
    byte[] takeValue() {
        byte[] taken = value;
        value = null;
        return taken;
    }

    /** Headers of the record. */
    Headers headers() {
        return headers;
    }

    /** CRC-32C of index and data. */
    int digest() {
        return digest;
    }

    /** Bytes of index and data. */
    int digestBytes() {
        return digestBytes;
    }

    /** Pages of zeros among the pages. */
    int zeroPages() {
        return zeroPages;
    }

    /** Bytes of data. */
    int storedBytes() {
        return storedBytes;
    }
}
