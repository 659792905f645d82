// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.vmcore.file.DumpTarget;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Files that become objects of a real server. */
class S3StoreTest {
    private static final String BUCKET = "dumps";
    private static final int PART = S3Settings.MIN_PART;
    private static final long SEED = 20_261_123;

    private static S3Settings settings;
    private static S3Client client;
    private static S3Requests requests;
    private static S3Store store;

    @BeforeAll
    static void start() throws IOException {
        settings = S3Server.settings(S3Server.shared().endpoint());
        client = S3Clients.of(settings);
        requests = new S3Requests(client, settings);
        store = S3Store.open(settings);
        client.createBucket(request -> request.bucket(BUCKET));
    }

    @AfterAll
    static void stop() {
        store.close();
        client.close();
    }

    private static S3Location object(String key) {
        return new S3Location(BUCKET, key);
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(SEED).nextBytes(bytes);
        return bytes;
    }

    private static byte[] contents(S3Location object) {
        return client.getObjectAsBytes(
                        request -> request.bucket(object.bucket()).key(object.key()))
                .asByteArray();
    }

    private static List<String> uploads(String prefix) {
        List<String> keys = new ArrayList<>();
        for (MultipartUpload upload : requests.uploads(object(prefix))) {
            keys.add(upload.key());
        }
        return keys;
    }

    private static void write(DumpTarget target, byte[] bytes, int from, int to) throws IOException {
        target.write(ByteBuffer.wrap(bytes, from, to - from), from);
    }

    @Test
    void shouldMakeAnObjectOfBytesThatComeInAnyOrder() throws IOException {
        byte[] bytes = noise(4 * PART + 12_345);
        S3Location object = object("any/order");
        try (DumpTarget target = store.begin(object, bytes.length)) {
            write(target, bytes, 3 * PART - 7, bytes.length);
            write(target, bytes, PART + 5, 3 * PART - 7);
            write(target, bytes, 100, PART + 5);
            assertThat(uploads("any/order")).containsExactly("any/order");
            assertThat(store.size(object)).isEmpty();
            write(target, bytes, 0, 100);
            target.commit();
        }
        assertThat(contents(object)).isEqualTo(bytes);
        assertThat(store.size(object)).hasValue(bytes.length);
        assertThat(uploads("any/")).isEmpty();
    }

    @Test
    void shouldSendEachPartAsItFillsAndTheFirstOneLast() throws IOException {
        byte[] bytes = noise(6 * PART);
        S3Location object = object("growing");
        try (DumpTarget target = store.begin(object, bytes.length)) {
            for (int descriptors = PART + 1000, pages = 2 * PART; pages < 6 * PART; pages += PART / 5) {
                write(target, bytes, pages, Math.min(6 * PART, pages + PART / 5));
                write(target, bytes, descriptors, descriptors + 1000);
                descriptors += 1000;
            }
            write(target, bytes, 0, 1000);
            target.commit();
        }
        byte[] expected = new byte[6 * PART];
        System.arraycopy(bytes, 0, expected, 0, 1000);
        int described = (4 * PART + PART / 5 - 1) / (PART / 5) * 1000;
        System.arraycopy(bytes, PART + 1000, expected, PART + 1000, described);
        System.arraycopy(bytes, 2 * PART, expected, 2 * PART, 4 * PART);
        assertThat(contents(object)).isEqualTo(expected);
    }

    @Test
    void shouldReadHolesAsZeros() throws IOException {
        byte[] bytes = noise(100);
        S3Location object = object("holes");
        try (DumpTarget target = store.begin(object, 10L * PART)) {
            target.write(ByteBuffer.wrap(bytes), 4L * PART + 17);
            target.write(ByteBuffer.wrap(bytes), 2L * PART - 50);
            target.commit();
        }
        byte[] expected = new byte[4 * PART + 117];
        System.arraycopy(bytes, 0, expected, 4 * PART + 17, 100);
        System.arraycopy(bytes, 0, expected, 2 * PART - 50, 100);
        assertThat(contents(object)).isEqualTo(expected);
    }

    @Test
    void shouldSendHalfFullPartsWhereThereAreMany() throws IOException {
        S3Location object = object("many-open");
        int parts = S3Upload.MAX_OPEN + 4;
        byte[] one = {42};
        try (DumpTarget target = store.begin(object, (long) parts * PART)) {
            for (int part = parts - 1; part >= 0; part--) {
                target.write(ByteBuffer.wrap(one), (long) part * PART + 3);
            }
            assertThatIOException()
                    .isThrownBy(() -> target.write(ByteBuffer.wrap(one), (parts - 2L) * PART))
                    .withMessage(object + ": bytes at offset " + (parts - 2L) * PART
                            + " come too late, expected none in a part that was sent");
        }
        try (DumpTarget target = store.begin(object, (long) parts * PART)) {
            for (int part = parts - 1; part >= 0; part--) {
                target.write(ByteBuffer.wrap(one), (long) part * PART + 3);
            }
            target.commit();
        }
        byte[] expected = new byte[(parts - 1) * PART + 4];
        for (int part = 0; part < parts; part++) {
            expected[part * PART + 3] = 42;
        }
        assertThat(contents(object)).isEqualTo(expected);
        assertThat(uploads("many-open")).isEmpty();
    }

    @Test
    void shouldWriteASmallFileInOnePiece() throws IOException {
        S3Location object = object("small");
        byte[] bytes = noise(PART);
        try (DumpTarget target = store.begin(object, 10L * PART)) {
            write(target, bytes, 1000, PART);
            write(target, bytes, 0, 1000);
            assertThat(uploads("small")).isEmpty();
            target.commit();
        }
        assertThat(contents(object)).isEqualTo(bytes);
        try (DumpTarget target = store.begin(object("empty"), 0)) {
            target.commit();
        }
        assertThat(store.size(object("empty"))).hasValue(0);
    }

    @Test
    void shouldLeaveNothingWhenItIsGivenUpAndTheOlderObjectAsItWas() throws IOException {
        S3Location object = object("given-up");
        store.put(object, new byte[] {1, 2, 3});
        byte[] bytes = noise(3 * PART);
        try (DumpTarget target = store.begin(object, bytes.length)) {
            write(target, bytes, 0, bytes.length);
            assertThat(uploads("given-up")).hasSize(1);
        }
        assertThat(uploads("given-up")).isEmpty();
        assertThat(contents(object)).containsExactly(1, 2, 3);
    }

    @Test
    void shouldRefuseWritesOnceItHasEnded() throws IOException {
        S3Location object = object("ended");
        DumpTarget target = store.begin(object, 10);
        target.commit();
        assertThatIOException()
                .isThrownBy(() -> target.write(ByteBuffer.allocate(1), 0))
                .withMessage(object + ": is no longer being written");
        target.close();
        assertThat(store.size(object)).isPresent();
    }

    @Test
    void shouldGiveUpOlderUploadsOfTheSameObjectAlone() throws IOException {
        S3Location object = object("older/vmcore");
        S3Location other = object("older/vmcore.level-17");
        requests.create(object);
        requests.create(object);
        String others = requests.create(other);
        byte[] bytes = noise(2 * PART);
        try (DumpTarget target = store.begin(object, bytes.length)) {
            write(target, bytes, 0, bytes.length);
            target.commit();
        }
        assertThat(uploads("older/")).containsExactly(other.key());
        assertThat(contents(object)).isEqualTo(bytes);
        assertThat(requests.abort(other, others)).isTrue();
    }

    @Test
    void shouldRemoveWhatWasBegunLongAgo() {
        requests.create(object("abandoned/a"));
        requests.create(object("abandoned/b"));
        String stays = requests.create(object("elsewhere"));
        assertThat(store.removeAbandoned(object("abandoned"), Duration.ofHours(1)))
                .isZero();
        assertThat(store.removeAbandoned(object("abandoned"), Duration.ofSeconds(-60)))
                .isEqualTo(2);
        assertThat(uploads("")).containsExactly("elsewhere");
        requests.abort(object("elsewhere"), stays);
    }

    @ParameterizedTest
    @CsvSource({"full", "composite", "none"})
    void shouldHaveTheStoreCheckTheBytes(String checksums) throws IOException {
        byte[] bytes = noise(2 * PART + 1);
        S3Location object = object("checked-" + checksums);
        try (S3Store checked = S3Store.open(S3Server.settings(S3Server.shared().endpoint(), "checksums", checksums));
                DumpTarget target = checked.begin(object, bytes.length)) {
            write(target, bytes, 0, bytes.length);
            target.commit();
        }
        String found = requests.head(object).checksumCRC32C();
        String whole = S3Requests.base64(crc(bytes, 0, bytes.length));
        switch (checksums) {
            case "full" -> assertThat(found).isEqualTo(whole);
            case "composite" -> assertThat(found).endsWith("-3").isNotEqualTo(whole);
            default -> assertThat(found).isNull();
        }
        assertThat(contents(object)).isEqualTo(bytes);
    }

    private static int crc(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(Arrays.copyOfRange(bytes, from, to));
        return (int) crc.getValue();
    }

    @Test
    void shouldSayInOneLineWhatIsWrong() throws IOException {
        S3Location nowhere = new S3Location("no-such-bucket", "vmcore");
        assertThatIOException()
                .isThrownBy(() -> store.put(nowhere, new byte[1]))
                .withMessageStartingWith(
                        "s3://no-such-bucket/vmcore: cannot be written: the store answers 404 NoSuchBucket");
        byte[] bytes = noise(2 * PART);
        try (DumpTarget target = store.begin(nowhere, bytes.length)) {
            assertThatIOException()
                    .isThrownBy(() -> write(target, bytes, 0, bytes.length))
                    .withMessageStartingWith("s3://no-such-bucket/vmcore: cannot be begun: the store answers 404");
        }
        assertThatIOException()
                .isThrownBy(() -> store.begin(object(""), 1))
                .withMessage("s3://dumps/: has no key, expected s3://BUCKET/KEY");
        try (S3Store deaf = S3Store.open(S3Server.settings(URI.create("http://127.0.0.1:9"), "attempts", "1"))) {
            assertThatIOException()
                    .isThrownBy(() -> deaf.size(object("vmcore")))
                    .withMessageMatching("s3://dumps/vmcore: cannot be looked at: .*[Rr]efused.*");
        }
    }

    @Test
    void shouldNeedNoMoreMemoryThanThereIs() {
        long most = (long) PartPlan.MAX_PARTS << 29;
        assertThatIOException()
                .isThrownBy(() -> store.begin(object("huge"), most))
                .withMessageStartingWith("s3://dumps/huge: needs 6 parts of 536870912 bytes in memory, expected");
    }
}
