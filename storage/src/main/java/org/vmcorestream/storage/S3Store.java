// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.file.DumpTarget;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * A store that speaks S3: AWS, MinIO, Ceph and others. A file becomes an object by a multipart upload, straight from memory: nothing is
 * kept on a disk, and the object is there when all of it is, or not at all. Objects are read in ranges. Can be used by several threads at
 * once.
 */
public final class S3Store implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(S3Store.class);
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final S3Client client;
    private final S3Requests requests;
    private final S3Settings settings;
    private final ExecutorService transfers;

    private S3Store(S3Client client, S3Settings settings) {
        this.client = client;
        this.settings = settings;
        requests = new S3Requests(client, settings);
        transfers = Executors.newFixedThreadPool(settings.parallel(), task -> {
            Thread thread = new Thread(task, "s3-transfer-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Gets ready to speak to a store; does not do so yet.
     *
     * @throws IOException when no region is known, or the settings cannot be used
     */
    public static S3Store open(S3Settings settings) throws IOException {
        try {
            return new S3Store(S3Clients.of(settings), settings);
        } catch (SdkException e) {
            throw new IOException("S3: " + S3Failures.reason(e), e);
        }
    }

    /**
     * Begins a file. Uploads of the same object that were begun before and never ended are given up, wherever they were begun: what a
     * killed process left goes away when its file is made again.
     *
     * @param object which it becomes, replacing an older one when it is committed
     * @param most bytes that it can have; it decides the size of the parts, and that how much memory is needed
     * @throws IOException when there is no memory for its parts
     */
    public DumpTarget begin(S3Location object, long most) throws IOException {
        if (object.key().isEmpty()) {
            throw new IOException(object + ": has no key, expected s3://BUCKET/KEY");
        }
        return new S3Upload(
                object, requests, settings, PartPlan.of(object.toString(), most, settings.partBytes()), transfers);
    }

    /**
     * Opens an object for reading at positions, by requests for ranges of it. Some 50 MiB of it are held in memory at most.
     *
     * @return a file whose name is {@code s3:/BUCKET/KEY}
     * @throws VmcoreException when there is none
     * @throws IOException when it cannot be looked at
     */
    public DumpFile read(S3Location object) throws IOException {
        Path name = Path.of("s3:", object.bucket(), object.key());
        try {
            HeadObjectResponse head = requests.head(object);
            ObjectBlocks blocks = new ObjectBlocks(object, requests, transfers, head.eTag(), head.contentLength());
            return DumpFile.of(name, new ObjectChannel(blocks));
        } catch (NoSuchKeyException e) {
            throw new VmcoreException(object + ": does not exist, expected a vmcore", e);
        } catch (SdkException e) {
            throw S3Failures.of(object, "cannot be looked at", e);
        }
    }

    /** Bytes of an object; empty when there is none. */
    public OptionalLong size(S3Location object) throws IOException {
        try {
            return OptionalLong.of(requests.head(object).contentLength());
        } catch (NoSuchKeyException e) {
            return OptionalLong.empty();
        } catch (SdkException e) {
            throw S3Failures.of(object, "cannot be looked at", e);
        }
    }

    /** Writes a small object as a whole, replacing an older one. */
    public void put(S3Location object, byte[] contents) throws IOException {
        try {
            requests.put(object, contents, contents.length);
        } catch (SdkException e) {
            throw S3Failures.of(object, "cannot be written", e);
        }
    }

    /**
     * Gives up uploads that were begun long ago and never ended, whoever began them. A store that does not let its uploads be listed is left
     * as it is: its lifecycle rule has to do it.
     *
     * @param below what their keys begin with
     * @param age how long ago at least; longer than any upload takes
     * @return how many were given up
     */
    public int removeAbandoned(S3Location below, Duration age) {
        Instant latest = Instant.now().minus(age);
        int removed = 0;
        try {
            for (MultipartUpload upload : requests.uploads(below)) {
                if (upload.initiated() != null && upload.initiated().isBefore(latest)) {
                    removed += requests.abort(new S3Location(below.bucket(), upload.key()), upload.uploadId()) ? 1 : 0;
                }
            }
        } catch (AwsServiceException e) {
            LOG.warn("{}: uploads that were never ended cannot be listed: {}", below, S3Failures.reason(e));
        } catch (SdkException e) {
            LOG.warn("{}: cannot be searched for uploads that were never ended: {}", below, S3Failures.reason(e));
        }
        return removed;
    }

    /** Ends the connections; what still goes on fails. */
    @Override
    public void close() {
        transfers.shutdownNow();
        client.close();
    }
}
