// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.vmcore.kdump.Crc32cCombine;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;

/**
 * Sends the parts of one file, some at once, in whatever order they come. The upload is begun with the first part; it ends as an object or is
 * given up. Belongs to one thread, but for what it does in the background.
 */
final class PartSender {
    private static final Logger LOG = LoggerFactory.getLogger(PartSender.class);

    /** Parts on the way get so long to end before the upload is given up. */
    private static final long PATIENCE_SECONDS = 20;

    /**
     * A part that the store has.
     *
     * @param length bytes
     * @param crc CRC-32C of them
     * @param completed what ends the upload
     */
    private record Sent(int length, int crc, CompletedPart completed) {}

    private final S3Location object;
    private final S3Requests requests;
    private final Executor executor;
    private final int partBytes;
    private final int atOnce;
    private final Semaphore permits;
    private final Deque<byte[]> free = new ArrayDeque<>();
    private final Map<Integer, Sent> sent = new TreeMap<>();
    private String uploadId;
    private volatile SdkException failure;
    private volatile boolean stopped;

    /** @param atOnce parts on the way at once, 1 or more */
    PartSender(S3Location object, S3Requests requests, Executor executor, int partBytes, int atOnce) {
        this.object = object;
        this.requests = requests;
        this.executor = executor;
        this.partBytes = partBytes;
        this.atOnce = atOnce;
        permits = new Semaphore(atOnce);
    }

    /** An empty part. */
    PartBuffer buffer(int part) {
        byte[] bytes;
        synchronized (free) {
            bytes = free.poll();
        }
        return new PartBuffer(part, bytes == null ? new byte[partBytes] : bytes);
    }

    /** Whether the store knows of the upload. */
    boolean begun() {
        return uploadId != null;
    }

    /**
     * Sends a part, and waits where too many are on the way.
     *
     * @param length bytes of it
     * @throws IOException when one sent before failed, or the upload cannot be begun
     */
    void send(PartBuffer part, int length) throws IOException {
        acquire(1);
        boolean handed = false;
        try {
            throwFailure();
            if (uploadId == null) {
                begin();
            }
            executor.execute(() -> run(part, length));
            handed = true;
        } catch (RejectedExecutionException e) {
            throw new IOException(object + ": cannot be written: the store was closed", e);
        } finally {
            if (!handed) {
                permits.release();
            }
        }
    }

    private void begin() throws IOException {
        giveUpOlder();
        try {
            uploadId = requests.create(object);
        } catch (SdkException e) {
            throw S3Failures.of(object, "cannot be begun", e);
        }
    }

    /** Nobody else writes this object: who did has ended, or is about to notice that it is not his turn any more. */
    private void giveUpOlder() {
        try {
            for (MultipartUpload older : requests.uploads(object)) {
                if (object.key().equals(older.key())) {
                    LOG.info("{}: upload {} was never ended, and is given up", object, older.uploadId());
                    requests.abort(object, older.uploadId());
                }
            }
        } catch (SdkException e) {
            LOG.info("{}: older uploads cannot be listed: {}", object, S3Failures.reason(e));
        }
    }

    private void run(PartBuffer part, int length) {
        try {
            if (failure == null && !stopped) {
                int crc = part.crc(length);
                CompletedPart completed = requests.part(object, uploadId, part.part() + 1, part.bytes(), length, crc);
                synchronized (sent) {
                    sent.put(part.part(), new Sent(length, crc, completed));
                }
            }
        } catch (SdkException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = SdkException.create(String.valueOf(e.getMessage()), e);
        } finally {
            synchronized (free) {
                free.push(part.bytes());
            }
            permits.release();
        }
    }

    /** Waits until no part is on the way. */
    void await() throws IOException {
        acquire(atOnce);
        permits.release(atOnce);
        throwFailure();
    }

    private void acquire(int number) throws IOException {
        try {
            permits.acquire(number);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException(object + ": interrupted");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    private void throwFailure() throws IOException {
        if (failure != null) {
            throw S3Failures.of(object, "cannot be written", failure);
        }
    }

    /**
     * Makes the object of the parts, all of which were sent.
     *
     * @param size bytes of all of them
     */
    void complete(long size) throws IOException {
        int crc = 0;
        CRC32C ofCrcs = new CRC32C();
        List<CompletedPart> parts = new ArrayList<>();
        for (Sent part : sent.values()) {
            crc = Crc32cCombine.combine(crc, part.crc(), part.length());
            ofCrcs.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.crc()).flip());
            parts.add(part.completed());
        }
        String composite = S3Requests.base64((int) ofCrcs.getValue()) + "-" + parts.size();
        String whole = S3Requests.base64(crc);
        String older = tag();
        String found;
        try {
            CompleteMultipartUploadResponse response = requests.complete(object, uploadId, parts, crc);
            found = response.checksumCRC32C();
        } catch (NoSuchUploadException e) {
            found = completedBefore(size, older, e);
        } catch (SdkException e) {
            throw S3Failures.of(object, "its parts cannot be put together", e);
        }
        if (found != null && !found.equals(whole) && !found.equals(composite)) {
            throw new IOException(
                    object + ": the store has CRC-32C " + found + ", expected " + whole + " or " + composite);
        }
        uploadId = null;
    }

    /** Where an answer got lost the request was made again, and the upload is none any more because it was successful. */
    private String completedBefore(long size, String older, NoSuchUploadException e) throws IOException {
        try {
            HeadObjectResponse there = requests.head(object);
            if (there.contentLength() == size && !String.valueOf(there.eTag()).equals(older)) {
                return there.checksumCRC32C();
            }
        } catch (SdkException gone) {
            e.addSuppressed(gone);
        }
        throw S3Failures.of(object, "its upload was given up by somebody else", e);
    }

    /** What tells the object that is there now from others; empty when there is none, or it cannot be looked at. */
    private String tag() {
        try {
            return String.valueOf(requests.head(object).eTag());
        } catch (SdkException e) {
            return "";
        }
    }

    /** Gives the upload up, if there is one that was not completed. */
    void abort() {
        stopped = true;
        if (uploadId == null) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            if (permits.tryAcquire(atOnce, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                permits.release(atOnce);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        requests.abort(object, uploadId);
        uploadId = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
