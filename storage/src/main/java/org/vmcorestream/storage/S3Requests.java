// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** The requests that a store is sent, each with what the settings ask for. Can be used by several threads at once. */
final class S3Requests {
    private static final Logger LOG = LoggerFactory.getLogger(S3Requests.class);
    private static final String CONTENT_TYPE = "application/octet-stream";
    private static final Duration SMALL = Duration.ofSeconds(30);

    /** With all attempts and the pauses between them. */
    private static final Duration SMALL_IN_ALL = Duration.ofMinutes(2);

    /** Whoever gives an upload up has no time to lose: the rule of the bucket does it too. */
    private static final Duration ABORT = Duration.ofSeconds(10);

    private static final Duration ABORT_IN_ALL = Duration.ofSeconds(30);

    /** A store may take minutes to put the parts of a large object together. */
    private static final Duration COMPLETE = Duration.ofMinutes(10);

    /** A body may take so long and a second for each MiB. */
    private static final Duration BODY = Duration.ofSeconds(60);

    private final S3Client client;
    private final S3Settings settings;

    S3Requests(S3Client client, S3Settings settings) {
        this.client = client;
        this.settings = settings;
    }

    private boolean checked() {
        return settings.checksums() != S3Settings.Checksums.NONE;
    }

    private boolean full() {
        return settings.checksums() == S3Settings.Checksums.FULL;
    }

    /** Begins a multipart upload and returns its id. */
    String create(S3Location object) {
        CreateMultipartUploadRequest.Builder request = CreateMultipartUploadRequest.builder()
                .bucket(object.bucket())
                .key(object.key())
                .contentType(CONTENT_TYPE)
                .overrideConfiguration(within(SMALL, SMALL_IN_ALL));
        settings.storageClass().ifPresent(request::storageClass);
        encryption().ifPresent(request::serverSideEncryption);
        settings.kmsKey().ifPresent(request::ssekmsKeyId);
        if (checked()) {
            request.checksumAlgorithm(ChecksumAlgorithm.CRC32_C);
            request.checksumType(full() ? ChecksumType.FULL_OBJECT : ChecksumType.COMPOSITE);
        }
        return client.createMultipartUpload(request.build()).uploadId();
    }

    /**
     * Sends a part; the same one again replaces it.
     *
     * @param number from 1
     * @param crc CRC-32C of the bytes
     */
    CompletedPart part(S3Location object, String uploadId, int number, byte[] bytes, int length, int crc) {
        UploadPartRequest.Builder request = UploadPartRequest.builder()
                .bucket(object.bucket())
                .key(object.key())
                .uploadId(uploadId)
                .partNumber(number)
                .contentLength((long) length)
                .overrideConfiguration(within(body(length)));
        if (checked()) {
            request.checksumCRC32C(base64(crc));
        }
        UploadPartResponse response = client.uploadPart(request.build(), body(bytes, length));
        CompletedPart.Builder part = CompletedPart.builder().partNumber(number).eTag(response.eTag());
        if (checked()) {
            part.checksumCRC32C(base64(crc));
        }
        return part.build();
    }

    /**
     * Ends an upload.
     *
     * @param crc CRC-32C of the whole file
     */
    CompleteMultipartUploadResponse complete(S3Location object, String uploadId, List<CompletedPart> parts, int crc) {
        CompleteMultipartUploadRequest.Builder request = CompleteMultipartUploadRequest.builder()
                .bucket(object.bucket())
                .key(object.key())
                .uploadId(uploadId)
                .multipartUpload(all -> all.parts(parts))
                .overrideConfiguration(within(COMPLETE));
        if (full()) {
            request.checksumCRC32C(base64(crc)).checksumType(ChecksumType.FULL_OBJECT);
        }
        return client.completeMultipartUpload(request.build());
    }

    /** Writes an object in one piece. */
    void put(S3Location object, byte[] bytes, int length) {
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(object.bucket())
                .key(object.key())
                .contentType(CONTENT_TYPE)
                .contentLength((long) length)
                .overrideConfiguration(within(body(length)));
        settings.storageClass().ifPresent(request::storageClass);
        encryption().ifPresent(request::serverSideEncryption);
        settings.kmsKey().ifPresent(request::ssekmsKeyId);
        if (checked()) {
            CRC32C crc = new CRC32C();
            crc.update(bytes, 0, length);
            request.checksumCRC32C(base64((int) crc.getValue()));
        }
        client.putObject(request.build(), body(bytes, length));
    }

    /** What the store says of an object. */
    HeadObjectResponse head(S3Location object) {
        return client.headObject(HeadObjectRequest.builder()
                .bucket(object.bucket())
                .key(object.key())
                .checksumMode(ChecksumMode.ENABLED)
                .overrideConfiguration(within(SMALL, SMALL_IN_ALL))
                .build());
    }

    /**
     * Reads a part of an object.
     *
     * @param tag that it must have: of one that was replaced the store gives nothing
     * @return exactly {@code length} bytes
     */
    byte[] get(S3Location object, String tag, long offset, int length) {
        GetObjectRequest request = GetObjectRequest.builder()
                .bucket(object.bucket())
                .key(object.key())
                .ifMatch(tag)
                .range("bytes=" + offset + "-" + (offset + length - 1))
                .overrideConfiguration(within(body(length)))
                .build();
        return client.getObject(request, (response, body) -> {
            byte[] bytes = new byte[length];
            int read = body.readNBytes(bytes, 0, length);
            if (read < length || response.contentLength() != length) {
                throw RetryableException.create("the store gives " + (read < length ? read : response.contentLength())
                        + " bytes, expected " + length);
            }
            return bytes;
        });
    }

    /** Uploads that were begun and not ended, of objects whose keys begin with a text. */
    Iterable<MultipartUpload> uploads(S3Location below) {
        return client.listMultipartUploadsPaginator(ListMultipartUploadsRequest.builder()
                        .bucket(below.bucket())
                        .prefix(below.key())
                        .overrideConfiguration(within(SMALL, SMALL_IN_ALL))
                        .build())
                .uploads();
    }

    /** Gives up an upload; false, with a line in the log, when the store could not be made to. */
    boolean abort(S3Location object, String uploadId) {
        try {
            client.abortMultipartUpload(AbortMultipartUploadRequest.builder()
                    .bucket(object.bucket())
                    .key(object.key())
                    .uploadId(uploadId)
                    .overrideConfiguration(within(ABORT, ABORT_IN_ALL))
                    .build());
            return true;
        } catch (NoSuchUploadException e) {
            return true;
        } catch (SdkException e) {
            LOG.warn("{}: upload {} is left in the store: {}", object, uploadId, S3Failures.reason(e));
            return false;
        }
    }

    private Optional<ServerSideEncryption> encryption() {
        return switch (settings.encryption()) {
            case DEFAULT -> Optional.empty();
            case AES256 -> Optional.of(ServerSideEncryption.AES256);
            case KMS -> Optional.of(ServerSideEncryption.AWS_KMS);
        };
    }

    private static RequestBody body(byte[] bytes, int length) {
        return RequestBody.fromContentProvider(() -> new ByteArrayInputStream(bytes, 0, length), length, CONTENT_TYPE);
    }

    private static Duration body(int length) {
        return BODY.plusSeconds(length >> 20);
    }

    private static AwsRequestOverrideConfiguration within(Duration attempt, Duration all) {
        return AwsRequestOverrideConfiguration.builder()
                .apiCallAttemptTimeout(attempt)
                .apiCallTimeout(all)
                .build();
    }

    private static AwsRequestOverrideConfiguration within(Duration attempt) {
        return AwsRequestOverrideConfiguration.builder()
                .apiCallAttemptTimeout(attempt)
                .build();
    }

    /** A CRC as S3 writes it: its four bytes, high byte first, in base 64. */
    static String base64(int crc) {
        return Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(Integer.BYTES).putInt(crc).array());
    }
}
