// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Has the bytes of a file sent to the disk while more of it is written, so that the sync at its end finds little left to do. One
 * thread does that for all files, and no file waits there twice. Belongs to the thread that writes the file.
 *
 * <p>The system tells of an error in writing to disk only once, to whoever syncs first. So what fails here fails the file.
 */
final class EarlySync {
    /** Bytes after which it pays: a sync costs the disk a flush of its own cache. */
    static final long STEP = 16 << 20;

    private static final Executor THREAD = thread();

    private final FileChannel channel;
    private long unsynced;
    private FutureTask<Void> running;

    EarlySync(FileChannel channel) {
        this.channel = channel;
    }

    private static Executor thread() {
        ThreadPoolExecutor one =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "kdump-early-sync");
                    thread.setDaemon(true);
                    return thread;
                });
        one.allowCoreThreadTimeOut(true);
        return one;
    }

    /**
     * So many bytes more were written.
     *
     * @throws IOException when bytes written before did not reach the disk
     */
    void written(long bytes) throws IOException {
        unsynced += bytes;
        if (unsynced < STEP || running != null && !running.isDone()) {
            return;
        }
        end();
        unsynced = 0;
        running = new FutureTask<>(() -> {
            channel.force(false);
            return null;
        });
        THREAD.execute(running);
    }

    /**
     * Waits until nothing is under way.
     *
     * @throws IOException when bytes written before did not reach the disk
     */
    void end() throws IOException {
        if (running == null) {
            return;
        }
        FutureTask<Void> task = running;
        running = null;
        boolean interrupted = false;
        try {
            while (!await(task)) {
                interrupted = true;
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits; false when this thread was interrupted meanwhile. */
    private static boolean await(FutureTask<Void> task) throws ExecutionException {
        try {
            task.get();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Gives up what has not begun; nobody asks for the result any more. */
    void abandon() {
        if (running != null) {
            running.cancel(false);
            running = null;
        }
    }
}
