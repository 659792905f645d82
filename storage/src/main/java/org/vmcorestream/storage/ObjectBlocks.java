// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The bytes of one object, read in blocks of {@value #BLOCK} bytes by requests for ranges. The {@value #HELD} blocks that were asked for last are held;
 * where blocks are asked for one after the other the next {@value #AHEAD} are fetched meanwhile. All of them are of the very object that was there at
 * the beginning: one that is replaced meanwhile is an error. Can be used by several threads at once.
 */
final class ObjectBlocks {
    /** Bytes of a block. */
    static final int BLOCK = 2 << 20;

    /** Blocks in memory: bitmaps, descriptors and pages of a dump are read side by side. */
    static final int HELD = 24;

    /** Blocks that are fetched ahead. */
    static final int AHEAD = 4;

    private static final int REPLACED = 412;

    private final S3Location object;
    private final S3Requests requests;
    private final Executor executor;
    private final String tag;
    private final long size;
    private final Map<Long, CompletableFuture<byte[]>> blocks = new LinkedHashMap<>(2 * HELD, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, CompletableFuture<byte[]>> eldest) {
            return size() > HELD;
        }
    };

    /**
     * @param executor makes the requests
     * @param tag of the object
     * @param size its bytes
     */
    ObjectBlocks(S3Location object, S3Requests requests, Executor executor, String tag, long size) {
        this.object = object;
        this.requests = requests;
        this.executor = executor;
        this.tag = tag;
        this.size = size;
    }

    long size() {
        return size;
    }

    /**
     * Reads bytes at a position.
     *
     * @return how many, at least 1 where the buffer has room; -1 at and behind the end
     * @throws IOException when the store does not give them
     */
    int read(ByteBuffer into, long position) throws IOException {
        if (position >= size) {
            return -1;
        }
        int read = 0;
        while (into.hasRemaining() && position + read < size) {
            long at = position + read;
            byte[] block = block(at / BLOCK);
            int from = (int) (at % BLOCK);
            int step = Math.min(into.remaining(), block.length - from);
            into.put(block, from, step);
            read += step;
        }
        return read;
    }

    private byte[] block(long number) throws IOException {
        CompletableFuture<byte[]> wanted;
        synchronized (blocks) {
            boolean inOrder = blocks.containsKey(number - 1);
            wanted = fetch(number);
            for (int i = 1; inOrder && i <= AHEAD && (number + i) * BLOCK < size; i++) {
                fetch(number + i);
            }
            // What was fetched ahead is newer than what is wanted now.
            blocks.get(number);
        }
        try {
            return wanted.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException(object + ": interrupted");
            interrupted.initCause(e);
            throw interrupted;
        } catch (ExecutionException | CompletionException | CancellationException e) {
            synchronized (blocks) {
                blocks.remove(number, wanted);
            }
            throw failure(number, e.getCause());
        }
    }

    private CompletableFuture<byte[]> fetch(long number) throws IOException {
        CompletableFuture<byte[]> block = blocks.get(number);
        if (block == null) {
            long from = number * BLOCK;
            int length = (int) Math.min(BLOCK, size - from);
            try {
                block = CompletableFuture.supplyAsync(() -> requests.get(object, tag, from, length), executor);
            } catch (RejectedExecutionException e) {
                throw new IOException(object + ": cannot be read: the store was closed", e);
            }
            blocks.put(number, block);
        }
        return block;
    }

    private IOException failure(long number, Throwable cause) {
        if (cause instanceof S3Exception e && e.statusCode() == REPLACED) {
            return new IOException(object + ": was replaced while it was read", e);
        }
        if (cause instanceof SdkException e) {
            return S3Failures.of(object, "cannot be read at offset " + number * BLOCK, e);
        }
        return new IOException(object + ": cannot be read at offset " + number * BLOCK, cause);
    }
}
