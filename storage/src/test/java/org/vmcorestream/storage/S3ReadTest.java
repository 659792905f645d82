// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.file.DumpFile;

/** Objects of a real server, read by position. */
class S3ReadTest {
    private static final String BUCKET = "read";
    private static final long SEED = 20_261_123;
    private static final int SIZE = 6 * ObjectBlocks.BLOCK + 12_345;

    private static final byte[] BYTES = new byte[SIZE];
    private static final S3Location OBJECT = new S3Location(BUCKET, "some/dump");

    private static S3Store store;

    @BeforeAll
    static void start() throws IOException {
        new Random(SEED).nextBytes(BYTES);
        S3Settings settings = S3Server.settings(S3Server.shared().endpoint());
        try (var client = S3Clients.of(settings)) {
            client.createBucket(request -> request.bucket(BUCKET));
        }
        store = S3Store.open(settings);
        store.put(OBJECT, BYTES);
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    private static FaultyFront front(FaultyFront.Judge judge) throws IOException {
        return new FaultyFront(S3Server.shared().port(), judge);
    }

    @Test
    void shouldReadAnywhere() throws IOException {
        Random random = new Random(SEED);
        try (DumpFile file = store.read(OBJECT)) {
            assertThat(file.size()).isEqualTo(SIZE);
            assertThat(file.path()).hasToString("s3:/read/some/dump");
            for (int i = 0; i < 50; i++) {
                int at = random.nextInt(SIZE);
                ByteBuffer some = ByteBuffer.allocate(random.nextInt(Math.min(100_000, SIZE - at)));
                file.read(at, some);
                assertThat(some.array())
                        .as("seed %d, position %d", SEED, at)
                        .isEqualTo(Arrays.copyOfRange(BYTES, at, at + some.capacity()));
            }
            assertThatThrownBy(() -> file.read(SIZE - 10, ByteBuffer.allocate(11)))
                    .isInstanceOf(VmcoreException.class)
                    .hasMessageContaining("ends at offset " + SIZE);
        }
    }

    @Test
    void shouldReadFromOneEndToTheOther() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (DumpFile file = store.read(OBJECT)) {
            Channels.newInputStream(file.channel()).transferTo(all);
            assertThat(file.channel().position()).isEqualTo(SIZE);
            all.reset();
            assertThat(file.channel().transferTo(100, SIZE, Channels.newChannel(all)))
                    .isEqualTo(SIZE - 100);
        }
        assertThat(all.toByteArray()).isEqualTo(Arrays.copyOfRange(BYTES, 100, SIZE));
    }

    @Test
    void shouldAskForEachBlockOnceAndFetchAhead() throws IOException {
        List<String> gets = new CopyOnWriteArrayList<>();
        try (FaultyFront front = front(line -> {
                    if (line.startsWith("GET ")) {
                        gets.add(line);
                    }
                    return FaultyFront.Fate.PASS;
                });
                S3Store counted = S3Store.open(S3Server.settings(front.endpoint()));
                DumpFile file = counted.read(OBJECT)) {
            ByteBuffer some = ByteBuffer.allocate(1000);
            for (int at = 0; at + 1000 < SIZE; at += 250_000) {
                file.read(at, some.clear());
            }
            assertThat(gets).hasSize(SIZE / ObjectBlocks.BLOCK + 1);
        }
    }

    @Test
    void shouldTryAgainWhereAnswersGetLost() throws IOException {
        AtomicInteger gets = new AtomicInteger();
        try (FaultyFront front = front(line -> line.startsWith("GET ") && gets.getAndIncrement() % 2 == 0
                        ? FaultyFront.Fate.ANSWER_LOST
                        : FaultyFront.Fate.PASS);
                S3Store shaky = S3Store.open(S3Server.settings(front.endpoint()));
                DumpFile file = shaky.read(OBJECT)) {
            ByteBuffer all = ByteBuffer.allocate(SIZE);
            file.read(0, all);
            assertThat(all.array()).isEqualTo(BYTES);
        }
    }

    @Test
    void shouldSayThatAnObjectWasReplacedOrIsNotThere() throws IOException {
        S3Location replaced = new S3Location(BUCKET, "replaced");
        store.put(replaced, new byte[3 * ObjectBlocks.BLOCK]);
        try (DumpFile file = store.read(replaced)) {
            file.read(0, ByteBuffer.allocate(10));
            store.put(replaced, Arrays.copyOf(BYTES, 3 * ObjectBlocks.BLOCK));
            assertThatThrownBy(() -> file.read(2L * ObjectBlocks.BLOCK, ByteBuffer.allocate(10)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("s3://read/replaced: was replaced while it was read");
        }
        assertThatThrownBy(() -> store.read(new S3Location(BUCKET, "none")))
                .isInstanceOf(VmcoreException.class)
                .hasMessage("s3://read/none: does not exist, expected a vmcore");
    }

    @Test
    void shouldOnlyBeRead() throws IOException {
        DumpFile file = store.read(OBJECT);
        FileChannel channel = file.channel();
        assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1))).isInstanceOf(NonWritableChannelException.class);
        assertThatThrownBy(() -> channel.truncate(0)).isInstanceOf(NonWritableChannelException.class);
        assertThat(channel.read(ByteBuffer.allocate(1), SIZE)).isEqualTo(-1);
        file.close();
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1), 0)).isInstanceOf(ClosedChannelException.class);
    }
}
