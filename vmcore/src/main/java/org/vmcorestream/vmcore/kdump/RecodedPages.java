// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * The kept pages of a stored dump in another codec, in the order of page frames. One thread reads ahead and takes the results, others change
 * the pages in between; what comes out does not depend on how many they are. They are started by the first page that has to change: pages that
 * are in the codec already pass as they are. Memory is a fixed number of parcels of about 1 MiB. Belongs to one thread.
 */
final class RecodedPages implements AutoCloseable {
    /** More threads than this wait for the one that reads and writes. */
    private static final int MAX_THREADS = 32;

    private static final long STOP_MILLIS = 10_000;

    private final PageSequence pages;
    private final PageCodec codec;
    private final boolean rawStays;
    private final int pageSize;
    private final int threadCount;
    private final PageParcel[] ring;
    private final BlockingQueue<PageParcel> todo;
    private final PageParcel stop;
    private final List<Thread> threads = new ArrayList<>();
    private long filled;
    private long taken;
    private boolean ended;
    private PageParcel current;
    private int at;

    /** @param codec of the pages that come out; null for pages that are not compressed */
    RecodedPages(StoredDump dump, PageCodec codec) {
        this(dump, codec, Runtime.getRuntime().availableProcessors());
    }

    /** @param threadCount that change pages */
    RecodedPages(StoredDump dump, PageCodec codec, int threadCount) {
        this.codec = codec;
        this.threadCount = Math.max(1, Math.min(MAX_THREADS, threadCount));
        rawStays = codec == dump.header().codec();
        pageSize = dump.pageSize();
        pages = new PageSequence(dump);
        ring = new PageParcel[this.threadCount + this.threadCount / 2 + 2];
        todo = new ArrayBlockingQueue<>(ring.length + this.threadCount);
        stop = new PageParcel(pageSize);
    }

    /**
     * Goes to the next page.
     *
     * @return false when there is none
     * @throws org.vmcorestream.vmcore.VmcoreException when a page is damaged
     */
    boolean next() throws IOException {
        if (current != null && ++at < current.pages()) {
            return true;
        }
        if (current != null) {
            current = null;
            taken++;
        }
        while (!ended && filled - taken < ring.length) {
            fill();
        }
        if (filled == taken) {
            return false;
        }
        current = ring[(int) (taken % ring.length)];
        at = 0;
        rethrow(await());
        return true;
    }

    private void fill() throws IOException {
        int slot = (int) (filled % ring.length);
        if (ring[slot] == null) {
            ring[slot] = new PageParcel(pageSize);
        }
        PageParcel parcel = ring[slot];
        parcel.clear();
        while (!parcel.full() && !ended) {
            ended = !pages.next();
            if (!ended) {
                parcel.add(pages, codec, rawStays);
            }
        }
        if (parcel.pages() == 0) {
            return;
        }
        filled++;
        if (parcel.needsWork()) {
            start();
            todo.add(parcel);
        } else {
            parcel.finished(null);
        }
    }

    private Throwable await() throws IOException {
        try {
            return current.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("export was interrupted");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    private static void rethrow(Throwable failure) throws IOException {
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    private void start() {
        while (threads.size() < threadCount) {
            Thread thread = new Thread(this::run, "export-" + threads.size());
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void run() {
        try (PageRecoder recoder = new PageRecoder(pageSize, codec)) {
            work(parcel -> parcel.work(recoder));
        } catch (RuntimeException | Error e) {
            work(parcel -> {
                throw e;
            });
        }
    }

    private interface Work {
        void on(PageParcel parcel) throws IOException;
    }

    private void work(Work work) {
        try {
            for (PageParcel parcel = todo.take(); parcel != stop; parcel = todo.take()) {
                Throwable failure = null;
                try {
                    work.on(parcel);
                } catch (Throwable e) {
                    failure = e;
                }
                parcel.finished(failure);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Page frame of this page. */
    long pfn() {
        return current.pfn(at);
    }

    /** What this page is: never {@link PageParcel.Kind#STORED}. */
    PageParcel.Kind kind() {
        return current.kind(at);
    }

    /** A buffer that has the bytes of this page from {@link #index} on, until the next page. */
    ByteBuffer bytes() {
        return current.bytes(at);
    }

    int index() {
        return current.index(at);
    }

    int length() {
        return current.length(at);
    }

    /** Stops the threads, and waits for them: each ends with the parcel that it has. */
    @Override
    public void close() {
        todo.clear();
        threads.forEach(thread -> todo.add(stop));
        boolean interrupted = false;
        for (Thread thread : threads) {
            try {
                thread.join(STOP_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        pages.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
