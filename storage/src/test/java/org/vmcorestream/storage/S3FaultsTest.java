// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.vmcorestream.vmcore.file.DumpTarget;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** What becomes of an upload when requests or answers get lost, and that none is left behind. */
class S3FaultsTest {
    private static final String BUCKET = "faults";
    private static final int PART = S3Settings.MIN_PART;
    private static final long SEED = 77;

    private static S3Client client;
    private static S3Requests requests;

    private final byte[] bytes = noise();

    @BeforeAll
    static void start() {
        S3Settings settings = S3Server.settings(S3Server.shared().endpoint());
        client = S3Clients.of(settings);
        requests = new S3Requests(client, settings);
        client.createBucket(request -> request.bucket(BUCKET));
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    private static byte[] noise() {
        byte[] bytes = new byte[3 * PART + 100];
        new Random(SEED).nextBytes(bytes);
        return bytes;
    }

    private static boolean isPart(String line) {
        return line.startsWith("PUT ") && line.contains("partNumber=");
    }

    private static boolean isComplete(String line) {
        return line.startsWith("POST ") && line.contains("uploadId=");
    }

    private static FaultyFront front(FaultyFront.Judge judge) throws IOException {
        return new FaultyFront(S3Server.shared().port(), judge);
    }

    private void write(FaultyFront front, S3Location object, String... settings) throws IOException {
        try (S3Store store = S3Store.open(S3Server.settings(front.endpoint(), settings));
                DumpTarget target = store.begin(object, bytes.length)) {
            target.write(ByteBuffer.wrap(bytes), 0);
            target.commit();
        }
    }

    private static List<String> uploads() {
        List<String> keys = new ArrayList<>();
        for (MultipartUpload upload : requests.uploads(new S3Location(BUCKET, ""))) {
            keys.add(upload.key());
        }
        return keys;
    }

    private void assertWritten(S3Location object) {
        assertThat(client.getObjectAsBytes(request -> request.bucket(BUCKET).key(object.key()))
                        .asByteArray())
                .isEqualTo(bytes);
        assertThat(uploads()).isEmpty();
    }

    @Test
    void shouldTryAgainWhereRequestsAndAnswersGetLost() throws IOException {
        AtomicInteger parts = new AtomicInteger();
        S3Location object = new S3Location(BUCKET, "tries");
        try (FaultyFront front = front(line -> {
            if (!isPart(line)) {
                return FaultyFront.Fate.PASS;
            }
            return switch (parts.incrementAndGet()) {
                case 1 -> FaultyFront.Fate.BUSY;
                case 2, 5 -> FaultyFront.Fate.LOST;
                case 3 -> FaultyFront.Fate.ANSWER_LOST;
                default -> FaultyFront.Fate.PASS;
            };
        })) {
            write(front, object);
        }
        assertThat(parts.get()).isEqualTo(4 + 4);
        assertWritten(object);
    }

    @Test
    void shouldKnowThatTheObjectIsThereWhenOnlyTheLastAnswerGotLost() throws IOException {
        AtomicInteger ends = new AtomicInteger();
        S3Location object = new S3Location(BUCKET, "last-answer");
        try (FaultyFront front = front(line -> isComplete(line) && ends.incrementAndGet() == 1
                ? FaultyFront.Fate.ANSWER_LOST
                : FaultyFront.Fate.PASS)) {
            write(front, object);
        }
        assertThat(ends.get()).isGreaterThanOrEqualTo(2);
        assertWritten(object);
    }

    @Test
    void shouldLeaveNoPartsWhenAPartCannotBeSent() throws IOException {
        S3Location object = new S3Location(BUCKET, "denied");
        try (FaultyFront front = front(line ->
                isPart(line) && line.contains("partNumber=3") ? FaultyFront.Fate.DENIED : FaultyFront.Fate.PASS)) {
            assertThatIOException()
                    .isThrownBy(() -> write(front, object))
                    .withMessage("s3://faults/denied: cannot be written: the store answers 403 AccessDenied, Not you");
        }
        assertThat(uploads()).isEmpty();
    }

    @Test
    void shouldLeaveNoPartsWhenTheyCannotBePutTogether() throws IOException {
        S3Location object = new S3Location(BUCKET, "not-together");
        try (FaultyFront front = front(line -> isComplete(line) ? FaultyFront.Fate.DENIED : FaultyFront.Fate.PASS)) {
            assertThatIOException()
                    .isThrownBy(() -> write(front, object))
                    .withMessageContaining("its parts cannot be put together: the store answers 403 AccessDenied");
        }
        assertThat(uploads()).isEmpty();
    }

    @Test
    void shouldEndAfterAsManyAttemptsAsTheSettingsAllow() throws IOException {
        AtomicInteger parts = new AtomicInteger();
        S3Location object = new S3Location(BUCKET, "never");
        try (FaultyFront front = front(line -> {
            if (isPart(line) && line.contains("partNumber=2")) {
                parts.incrementAndGet();
                return FaultyFront.Fate.LOST;
            }
            return FaultyFront.Fate.PASS;
        })) {
            assertThatIOException()
                    .isThrownBy(() -> write(front, object, "attempts", "3"))
                    .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1))
                    .withMessageStartingWith("s3://faults/never: cannot be written: ");
        }
        // A connection that ends without an answer may be tried again by the JDK too, once each time.
        assertThat(parts.get()).isBetween(3, 6);
        assertThat(uploads()).isEmpty();
    }

    @Test
    void shouldDeleteNothingButTheUploadWhenItIsGivenUp() throws IOException {
        S3Location object = new S3Location(BUCKET, "older-stays");
        byte[] older = {1, 2, 3};
        client.putObject(request -> request.bucket(BUCKET).key(object.key()), RequestBody.fromBytes(older));
        requests.create(object);
        List<String> deletes = new CopyOnWriteArrayList<>();
        try (FaultyFront front = front(line -> {
                    if (line.startsWith("DELETE ")) {
                        deletes.add(line);
                    }
                    return FaultyFront.Fate.PASS;
                });
                S3Store store = S3Store.open(S3Server.settings(front.endpoint()));
                DumpTarget target = store.begin(object, bytes.length)) {
            target.write(ByteBuffer.wrap(bytes), 0);
        }
        // The upload that was found, and the own one.
        assertThat(deletes).hasSize(2).allMatch(line -> line.contains("?uploadId="));
        assertThat(uploads()).isEmpty();
        assertThat(client.getObjectAsBytes(request -> request.bucket(BUCKET).key(object.key()))
                        .asByteArray())
                .isEqualTo(older);
    }

    @Test
    void shouldSayThatSomebodyElseGaveTheUploadUp() throws IOException {
        S3Location object = new S3Location(BUCKET, "given-up");
        try (S3Store store = S3Store.open(S3Server.settings(S3Server.shared().endpoint()));
                DumpTarget target = store.begin(object, bytes.length)) {
            target.write(ByteBuffer.wrap(bytes, 0, 2 * PART), 0);
            for (MultipartUpload upload : requests.uploads(object)) {
                requests.abort(object, upload.uploadId());
            }
            assertThatIOException()
                    .isThrownBy(() -> {
                        target.write(ByteBuffer.wrap(bytes, 2 * PART, PART), 2L * PART);
                        target.commit();
                    })
                    .withMessageContaining(object.toString());
        }
        assertThat(uploads()).isEmpty();
    }

    @Test
    void shouldAskForTheEncryptionAndClassOfTheSettings() throws IOException {
        try (FaultyFront front = front(line -> FaultyFront.Fate.DENIED)) {
            assertThatIOException()
                    .isThrownBy(() -> write(
                            front, new S3Location(BUCKET, "kms"), "kms-key", "key-7", "storage-class", "STANDARD_IA"));
            assertThat(front.heads())
                    .filteredOn(head -> head.startsWith("post ") && head.contains("uploads"))
                    .singleElement()
                    .asString()
                    .contains("x-amz-server-side-encryption: aws:kms\r\n")
                    .contains("x-amz-server-side-encryption-aws-kms-key-id: key-7\r\n")
                    .contains("x-amz-storage-class: standard_ia\r\n")
                    .contains("x-amz-checksum-algorithm: crc32c\r\n");
        }
        try (FaultyFront front = front(line -> FaultyFront.Fate.DENIED);
                S3Store store = S3Store.open(S3Server.settings(front.endpoint(), "encryption", "aes256"))) {
            assertThatIOException().isThrownBy(() -> store.put(new S3Location(BUCKET, "aes"), new byte[3]));
            assertThat(front.heads())
                    .singleElement()
                    .asString()
                    .contains("x-amz-server-side-encryption: aes256\r\n")
                    .contains("x-amz-checksum-crc32c: ");
        }
    }
}
