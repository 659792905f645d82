// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.standby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the launcher hands a command line over with where there is perl, against a real standby. */
@Timeout(60)
class HandOverTest {
    private static final Path SCRIPT = Path.of("src/main/launcher/hand-over.pl").toAbsolutePath();

    /** Bytes of the largest vmcore that is handed over. */
    private static final long MOST = 256L << 30;

    private static final String TOO_LARGE =
            "vmcore-stream: vmcore of more than 256 GiB, which takes longer by the standby at standby, capturing without it\n";

    @TempDir
    private Path folder;

    private Path launcher;

    @BeforeAll
    static void shouldHavePerl() throws InterruptedException {
        try {
            assumeTrue(new ProcessBuilder("perl", "-e", "exit 0").start().waitFor() == 0, "perl does not work here");
        } catch (IOException e) {
            assumeTrue(false, "no perl here");
        }
    }

    /** It prints its words, one a line, and ends with 33. */
    @BeforeEach
    void makeLauncher() throws IOException {
        launcher = folder.resolve("launcher");
        Files.writeString(launcher, "#!/bin/sh\nfor word; do printf '%s\\n' \"$word\"; done\nexit 33\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    }

    /** What a process wrote, and its status. */
    private record Ended(int status, byte[] out, String err) {
        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }
    }

    private Path socket() {
        return folder.resolve("standby");
    }

    private Process start(String... words) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("perl", SCRIPT.toString(), folder.toString(), "true", "1234", launcher.toString()));
        command.addAll(List.of(words));
        return new ProcessBuilder(command).directory(folder.toFile()).start();
    }

    private Ended run(String... words) throws Exception {
        Process process = start(words);
        CompletableFuture<byte[]> err = CompletableFuture.supplyAsync(() -> read(process));
        byte[] out = process.getInputStream().readAllBytes();
        return new Ended(process.waitFor(), out, new String(err.get(), StandardCharsets.UTF_8));
    }

    private static byte[] read(Process process) {
        try {
            return process.getErrorStream().readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldGiveBackWhatAnErrandWritesAndItsStatus() throws Exception {
        byte[] much = new byte[3 * Wire.MAX_ANSWER + 17];
        long seed = System.nanoTime();
        new Random(seed).nextBytes(much);
        AtomicReference<Errand> taken = new AtomicReference<>();
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, out, err) -> {
            taken.set(errand);
            out.write(much, 0, much.length);
            err.print("Gästebuch wird gelesen");
            return 42;
        })) {
            // Named from the user's folder.
            Ended ended = run("produce", "--standby", "standby", "", "Gästebuch.elf");
            assertThat(ended.status()).isEqualTo(42);
            assertThat(ended.out()).as("seed %d", seed).isEqualTo(much);
            assertThat(ended.err()).isEqualTo("Gästebuch wird gelesen");
            assertThat(taken.get())
                    .isEqualTo(new Errand(folder.toString(), true, List.of("produce", "", "Gästebuch.elf")));
            assertThat(run("produce", "--standby=" + socket()).status()).isEqualTo(42);
            assertThat(server.failure()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("org.vmcorestream.cli.standby.PretendedStandby#wrongAnswers")
    void shouldNotBelieve(String bytes, String complaint) throws Exception {
        try (PretendedStandby pretender = new PretendedStandby(socket(), bytes)) {
            Ended ended = run("produce", "--standby", "standby", "x.elf");
            pretender.await();
            assertThat(ended.err())
                    .startsWith("vmcore-stream: no standby at standby (")
                    .contains(complaint)
                    .endsWith("), capturing without it\n")
                    .hasLineCount(1);
            assertThat(ended.text()).endsWith("produce\nx.elf\n");
            assertThat(ended.status()).isEqualTo(33);
        }
    }

    @Test
    void shouldGoOnWhereAStandbyIsGone() throws Exception {
        try (PretendedStandby pretender = new PretendedStandby(socket(), "6100000000" + "6f00000001" + "41")) {
            Ended ended = run("produce", "--standby", "standby", "x.elf");
            pretender.await();
            assertThat(ended.err())
                    .isEqualTo("vmcore-stream: the standby at standby is gone (the connection ended), going on without"
                            + " it\n");
            assertThat(ended.text()).isEqualTo("Aproduce\nx.elf\n--handed-over\n1234\n");
        }
    }

    @Test
    void shouldLeaveToTheLauncherWhatNoStandbyDoes() throws Exception {
        Ended nobody = run("produce", "--standby", "standby", "x.elf");
        assertThat(nobody.err())
                .isEqualTo("vmcore-stream: no standby at standby (No such file or directory), capturing without it\n");
        assertThat(nobody.text()).isEqualTo("produce\nx.elf\n");

        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, out, err) -> 0)) {
            Ended input = run("produce", "-", "--standby", "standby");
            assertThat(input.text()).isEqualTo("produce\n-\n");
            assertThat(input.err()).isEmpty();

            String[] words = new String[Errand.MAX_WORDS + 2];
            Arrays.fill(words, "x");
            words[0] = "--standby=standby";
            assertThat(run(words).err()).contains("command line of more than 1024 words");
            assertThat(run("--standby=" + "x".repeat(200)).err()).contains("path of more than 107 bytes");
            assertThat(server.failure()).isEmpty();
        }
    }

    /** A file that has no blocks. */
    private Path sparse(String name, long bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
            file.setLength(bytes);
        }
        return folder.resolve(name);
    }

    @Test
    void shouldNotHandOverALargeVmcore() throws Exception {
        sparse("large.elf", MOST + 1);
        sparse("half.elf", MOST / 2);
        sparse("more.elf", MOST / 2 + 1);
        Files.createSymbolicLink(folder.resolve("link.elf"), Path.of("large.elf"));
        AtomicInteger errands = new AtomicInteger();
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, out, err) -> errands.incrementAndGet())) {
            Ended large = run("produce", "large.elf", "--standby", "standby", "--parts", "4");
            assertThat(large.err()).isEqualTo(TOO_LARGE);
            assertThat(large.text()).isEqualTo("produce\nlarge.elf\n--parts\n4\n");
            assertThat(large.status()).isEqualTo(33);

            Ended link = run(
                    "--standby=standby", "produce", folder.resolve("link.elf").toString());
            assertThat(link.err()).isEqualTo(TOO_LARGE);
            assertThat(link.status()).isEqualTo(33);

            Ended split = run("produce", "half.elf", "more.elf", "--standby", "standby");
            assertThat(split.err()).isEqualTo(TOO_LARGE);
            assertThat(split.text()).isEqualTo("produce\nhalf.elf\nmore.elf\n");
            assertThat(errands).hasValue(0);
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void shouldHandOverAVmcoreThatIsNotLarge() throws Exception {
        sparse("most.elf", MOST);
        sparse("half.elf", MOST / 2);
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, out, err) -> 42)) {
            for (String[] words : new String[][] {
                {"produce", "--standby", "standby", "most.elf"},
                {"produce", "--standby", "standby", "half.elf", "half.elf"},
                {"produce", "--standby", "standby", "s3://bucket/large.elf"}
            }) {
                Ended ended = run(words);
                assertThat(ended.status()).as(String.join(" ", words)).isEqualTo(42);
                assertThat(ended.err()).isEmpty();
            }
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void shouldHandOverALargeVmcoreThatOnlyTheStandbyMayRead() throws Exception {
        Path large = sparse("large.elf", MOST + 1);
        Files.setPosixFilePermissions(large, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(large), "this user may read everything");
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, out, err) -> 42)) {
            Ended ended = run("produce", "--standby", "standby", "large.elf");
            assertThat(ended.status()).isEqualTo(42);
            assertThat(ended.err()).isEmpty();
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void shouldBreakAnErrandOffWhenItIsKilled() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<String> ended = new CompletableFuture<>();
        try (StandbyServer server = StandbyServer.open(socket(), 1, (errand, out, err) -> {
            begun.countDown();
            try {
                Thread.sleep(60_000);
                ended.complete("never interrupted");
            } catch (InterruptedException e) {
                ended.complete("interrupted");
            }
            return 0;
        })) {
            Process process = start("produce", "--standby", "standby");
            begun.await();
            process.destroy();
            assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo("interrupted");
            assertThat(process.waitFor()).isNotZero();
            assertThat(server.failure()).isEmpty();
        }
    }
}
