// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.vmcorestream.vmcore.PageAlignedBuffer;

/**
 * Writes pieces of a large file past the page cache (O_DIRECT), one at a time and behind the back of the thread that fills the next
 * one. A copy into the page cache costs about as much as everything else that a sink does for a byte, and what a file of gigabytes
 * takes up there is missing for the logs of a broker on the same host. Where a piece cannot be written so it goes through the page
 * cache after all. Belongs to the thread that writes the file.
 */
final class DirectWrites implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int MEMORY_PAGE = 4096;
    private static final Executor WRITERS = writers();

    private final FileChannel cached;
    private final FileChannel direct;
    private FutureTask<ByteBuffer> running;
    private ByteBuffer idle;
    private volatile boolean refused;

    private DirectWrites(FileChannel cached, FileChannel direct) {
        this.cached = cached;
        this.direct = direct;
    }

    private static Executor writers() {
        ThreadPoolExecutor some =
                new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "kdump-direct-write");
                    thread.setDaemon(true);
                    return thread;
                });
        some.allowCoreThreadTimeOut(true);
        return some;
    }

    /**
     * Opens a file once more.
     *
     * @param cached the channel it is open through already, for what cannot be written directly
     * @return null where its file system has no such writes, or wants them at places that nobody keeps to
     */
    static DirectWrites open(Path file, FileChannel cached) {
        try {
            if (Files.getFileStore(file).getBlockSize() > MEMORY_PAGE) {
                return null;
            }
            return new DirectWrites(
                    cached,
                    FileChannel.open(
                            file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS, ExtendedOpenOption.DIRECT));
        } catch (IOException | UnsupportedOperationException e) {
            return null;
        }
    }

    /** Whether bytes can be written at a position: both must be multiples of a memory page. */
    boolean takes(ByteBuffer bytes, long position) {
        return !refused && ((position | bytes.position() | bytes.remaining()) & MEMORY_PAGE - 1) == 0;
    }

    /**
     * Begins to write the remaining bytes of a buffer, once those before are written.
     *
     * @return a buffer of the same capacity to go on with
     * @throws IOException when those before could not be written
     */
    ByteBuffer exchange(ByteBuffer full, long position) throws IOException {
        end();
        ByteBuffer free = idle == null ? PageAlignedBuffer.allocate(full.capacity()) : idle;
        idle = null;
        running = new FutureTask<>(() -> {
            write(full, position);
            return full.clear();
        });
        WRITERS.execute(running);
        return free;
    }

    private void write(ByteBuffer bytes, long position) throws IOException {
        int begin = bytes.position();
        try {
            while (bytes.hasRemaining()) {
                direct.write(bytes, position + bytes.position() - begin);
            }
        } catch (IOException e) {
            // What is wrong with the disk shows once more; what was wrong with this kind of writing does not.
            refused = true;
            while (bytes.hasRemaining()) {
                cached.write(bytes, position + bytes.position() - begin);
            }
        }
    }

    /**
     * Waits until nothing is under way.
     *
     * @throws IOException when bytes could not be written
     */
    void end() throws IOException {
        if (running != null) {
            FutureTask<ByteBuffer> task = running;
            running = null;
            idle = await(task);
        }
    }

    private static ByteBuffer await(FutureTask<ByteBuffer> task) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Gives up what has not begun. To be called when the other channel is closed: closing this one ends that one's lock. */
    @Override
    public void close() throws IOException {
        if (running != null) {
            running.cancel(false);
        }
        direct.close();
    }
}
