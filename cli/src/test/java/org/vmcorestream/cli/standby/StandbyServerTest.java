// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.standby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class StandbyServerTest {
    private static final Errand ERRAND = new Errand("/tmp", false, List.of("produce", "Gästebuch.elf"));

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Path socket() {
        return folder.resolve("standby");
    }

    private int send() throws IOException {
        return StandbyClient.send(socket(), ERRAND, new PrintStream(out, true), new PrintStream(err, true));
    }

    /** On a thread of its own: a pool may have a single one, and errands wait for each other. */
    private CompletableFuture<Integer> sendAside() {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return send();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> new Thread(task).start());
    }

    @Test
    void shouldGiveBackWhatAnErrandWritesAndItsStatus() throws Exception {
        byte[] much = new byte[3 * Wire.MAX_ANSWER + 17];
        long seed = System.nanoTime();
        new Random(seed).nextBytes(much);
        Errand given = new Errand("/some/folder", true, List.of("produce", "", "Gästebuch.elf"));
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, to, complaints) -> {
            to.write(much, 0, much.length);
            complaints.print(errand);
            return 42;
        })) {
            int status = StandbyClient.send(socket(), given, new PrintStream(out), new PrintStream(err));
            assertThat(status).isEqualTo(42);
            assertThat(out.toByteArray()).as("seed %d", seed).isEqualTo(much);
            assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo(given.toString());
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void shouldDoSoManyErrandsAtOnceAndLetOthersWait() throws Exception {
        AtomicInteger most = new AtomicInteger();
        AtomicInteger atWork = new AtomicInteger();
        Semaphore may = new Semaphore(0);
        CountDownLatch two = new CountDownLatch(2);
        try (StandbyServer server = StandbyServer.open(socket(), 2, (errand, to, complaints) -> {
            most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
            two.countDown();
            may.acquireUninterruptibly();
            atWork.decrementAndGet();
            return 0;
        })) {
            List<CompletableFuture<Integer>> sent =
                    List.of(sendAside(), sendAside(), sendAside(), sendAside(), sendAside());
            two.await();
            may.release(sent.size());
            for (CompletableFuture<Integer> each : sent) {
                assertThat(each.get()).isZero();
            }
            assertThat(most).hasValue(2);
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void shouldTellWhoWaits() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch may = new CountDownLatch(1);
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, to, complaints) -> {
            begun.countDown();
            return await(may);
        })) {
            CompletableFuture<Integer> first = sendAside();
            begun.await();
            try (SocketChannel second = connect()) {
                Wire wire = new Wire(second);
                wire.send(ERRAND);
                assertThat(wire.answer().kind()).isEqualTo(Wire.TAKEN);
                assertThat(new String(wire.answer().bytes(), StandardCharsets.UTF_8))
                        .isEqualToIgnoringNewLines("Waiting for one of 1 captures to end.");
                may.countDown();
                assertThat(wire.answer().status()).isZero();
            }
            assertThat(first.get()).isZero();
            assertThat(server.failure()).isEmpty();
        }
    }

    private static int await(CountDownLatch latch) {
        try {
            latch.await();
            return 0;
        } catch (InterruptedException e) {
            return 130;
        }
    }

    @Test
    void shouldInterruptAnErrandWhoseAskerIsGone() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, to, complaints) -> {
            begun.countDown();
            int status = await(new CountDownLatch(1));
            ended.complete(status);
            // Nobody hears it, and it must not hold up the errand.
            to.write(new byte[1 << 20], 0, 1 << 20);
            to.write(new byte[64 << 20], 0, 64 << 20);
            return status;
        })) {
            try (SocketChannel asker = connect()) {
                new Wire(asker).send(ERRAND);
                begun.await();
            }
            assertThat(ended.get()).isEqualTo(130);
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void shouldLeaveAnErrandToItsAskerWhenItIsClosed() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        StandbyServer server = StandbyServer.open(socket(), 1, (errand, to, complaints) -> {
            begun.countDown();
            return await(new CountDownLatch(1));
        });
        CompletableFuture<Integer> sent = sendAside();
        begun.await();
        server.close();
        assertThatThrownBy(sent::get).hasRootCauseInstanceOf(IOException.class);
        assertThatThrownBy(this::send).isInstanceOf(IOException.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldLeaveAnErrandToItsAskerWhenTheWorkFails() throws Exception {
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, to, complaints) -> {
            throw new IllegalStateException("broken");
        })) {
            assertThatThrownBy(this::send).isInstanceOf(IOException.class);
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void shouldListenWhereNobodyListensAnyMore() throws Exception {
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket()));
        }
        assertThat(socket()).exists();
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, to, complaints) -> 7)) {
            assertThat(send()).isEqualTo(7);
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void shouldNotTakeThePlaceOfAnother() throws Exception {
        try (StandbyServer first = StandbyServer.open(socket(), 1, (errand, to, complaints) -> 1)) {
            assertThatThrownBy(() -> StandbyServer.open(socket(), 1, (errand, to, complaints) -> 2))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another process listens there");
            assertThat(send()).isEqualTo(1);
            assertThat(first.failure()).isEmpty();
        }
    }

    @Test
    void shouldBeThereForItsUserOnly() throws Exception {
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, to, complaints) -> 0)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                    .isEqualTo("rw-------");
            try (var entries = Files.list(folder)) {
                assertThat(entries).containsExactly(socket());
            }
            assertThat(server.failure()).isEmpty();
        }
    }

    /** What an errand may begin with, in hexadecimal, and what is wrong with it. */
    @ParameterizedTest
    @CsvSource({
        "474554202f20485454, another protocol",
        "564d43530200, another version",
        "564d43530100ffffffff, a folder of a negative length",
        "564d435301007fffffff, a folder of 2 GiB",
        "564d4353010000000000" + "00000000, no words",
        "564d4353010000000000" + "80000000, a negative number of words",
        "564d4353010000000000" + "00000401, too many words",
        "564d4353010000000000" + "00000001" + "00100001, a word that is too long"
    })
    void shouldCloseTheConnectionOf(String bytes, String what) throws Exception {
        AtomicInteger done = new AtomicInteger();
        try (StandbyServer server =
                        StandbyServer.open(socket(), 1, (errand, to, complaints) -> done.incrementAndGet());
                SocketChannel asker = connect()) {
            asker.write(ByteBuffer.wrap(HexFormat.of().parseHex(bytes)));
            try {
                assertThat(asker.read(ByteBuffer.allocate(1))).as(what).isNegative();
            } catch (IOException reset) {
                assertThat(reset).hasMessageContaining("reset");
            }
            assertThat(done).hasValue(0);
            // The next one is served.
            assertThat(send()).isEqualTo(1);
            assertThat(server.failure()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("org.vmcorestream.cli.standby.PretendedStandby#wrongAnswers")
    void shouldNotBelieve(String bytes, String complaint) throws Exception {
        try (PretendedStandby pretender = new PretendedStandby(socket(), bytes)) {
            assertThatThrownBy(this::send).isInstanceOf(IOException.class).hasMessageContaining(complaint);
            pretender.await();
        }
    }

    @Test
    void shouldNotSendMoreThanACommandLine() {
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, to, complaints) -> 0)) {
            assertThatThrownBy(() -> StandbyClient.send(
                            socket(), new Errand("/", false, List.of("x".repeat(1 << 20))), null, null))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("1048576 bytes");
            assertThatThrownBy(() -> StandbyClient.send(
                            socket(), new Errand("/", false, Collections.nCopies(1025, "x")), null, null))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("1024 words");
            assertThat(server.failure()).isEmpty();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket()));
        return channel;
    }
}
