// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers that take tasks in any order, and a ring that gives them back in the order they went in. Memory is bounded by the
 * ring: a capturing thread that does not send gets no room for more. All methods belong to the capturing thread.
 */
final class PagePipeline implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PagePipeline.class);

    private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(10);

    private final PageTask[] ring;
    private final BlockingQueue<PageTask> todo;
    private final List<Thread> threads = new ArrayList<>();
    private long filled;
    private long taken;

    /**
     * Starts the workers.
     *
     * @param tasks makes a task of the ring
     * @param workers makes a worker; called once by each thread, so that loading a codec holds nobody up
     */
    PagePipeline(int threadCount, Supplier<PageTask> tasks, Supplier<PageWorker> workers) {
        ring = new PageTask[threadCount + threadCount / 2 + 2];
        todo = new ArrayBlockingQueue<>(ring.length + threadCount);
        for (int i = 0; i < ring.length; i++) {
            ring[i] = tasks.get();
        }
        try {
            for (int i = 0; i < threadCount; i++) {
                Thread thread = new Thread(() -> run(workers), "capture-" + i);
                thread.setDaemon(true);
                threads.add(thread);
                thread.start();
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void run(Supplier<PageWorker> workers) {
        try (PageWorker worker = workers.get()) {
            work(worker::work);
        } catch (RuntimeException | Error e) {
            work(task -> {
                throw e;
            });
        }
    }

    private interface Work {
        void on(PageTask task) throws IOException;
    }

    private void work(Work work) {
        try {
            for (PageTask task = todo.take(); task != PageTask.STOP; task = todo.take()) {
                Throwable failure = null;
                try {
                    work.on(task);
                } catch (Throwable e) {
                    failure = e;
                }
                task.finished(failure);
            }
        } catch (InterruptedException e) {
            LOG.debug("{} was interrupted", Thread.currentThread().getName());
        }
    }

    /** A task to fill, null when all are under way. It is only taken with {@link #submit()}. */
    PageTask room() {
        return filled - taken == ring.length ? null : ring[(int) (filled % ring.length)];
    }

    /** Hands the task of {@link #room()} to the workers. */
    void submit() {
        todo.add(ring[(int) (filled++ % ring.length)]);
    }

    /** Whether no task is under way. */
    boolean isEmpty() {
        return filled == taken;
    }

    /** The oldest task under way, when it is done. It stays under way until {@link #release()}. */
    PageTask oldest() {
        return ring[(int) (taken % ring.length)];
    }

    /** The oldest task was sent. */
    void release() {
        taken++;
    }

    /**
     * Stops the workers as soon as each is through with its task, and waits for them. They are not interrupted, because that
     * would close the vmcore's channel under everyone else; only one that does not stop for 10 seconds is.
     */
    @Override
    public void close() {
        todo.clear();
        for (int i = 0; i < threads.size(); i++) {
            todo.add(PageTask.STOP);
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
        for (Thread thread : threads) {
            interrupted |= !join(thread, deadline);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a thread to end; false when this thread was interrupted meanwhile. */
    private static boolean join(Thread thread, long deadline) {
        boolean undisturbed = true;
        while (thread.isAlive()) {
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (millis <= 0) {
                LOG.warn("{} does not stop, it is left behind", thread.getName());
                thread.interrupt();
                break;
            }
            try {
                thread.join(millis);
            } catch (InterruptedException e) {
                undisturbed = false;
            }
        }
        return undisturbed;
    }
}
