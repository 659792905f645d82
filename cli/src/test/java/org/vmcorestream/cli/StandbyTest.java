// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.cli.broker.EmbeddedBroker;
import org.vmcorestream.cli.standby.StandbyServer;
import org.vmcorestream.testkit.SyntheticVmcore;

/** Captures that a standby does, as their user sees them. */
@Timeout(120)
class StandbyTest {
    private static final String VMCORE =
            String.join("\n", "kernel 6.16", "memory 0-32M", "nodename \"guest\"", "panic \"sysrq triggered crash\"");

    /** Bytes of the largest vmcore that is handed over. */
    private static final long MOST = 256L << 30;

    @TempDir
    private Path folder;

    @Test
    void shouldCaptureAsTheCommandItselfDoes() throws Exception {
        Path vmcore = SyntheticVmcore.write(folder.resolve("guest.elf"), VMCORE).file();
        Path socket = folder.resolve("standby");
        try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(folder);
                StandbyServer server = StandbyServer.open(socket, 2, StandbyLine::run)) {
            String cluster = broker.bootstrapServers();
            Captured.run("topics", "create", "--bootstrap-server", cluster);
            Captured alone = new Captured(false);
            Captured handed = new Captured(false, folder);

            // The vmcore and the socket are named from the user's folder, which is not that of the standby.
            OptionalInt status = StandbyLine.send(
                    handed.console(), "produce", "guest.elf", "--bootstrap-server", cluster, "--standby", "standby");
            int code = Main.run(alone.console(), "produce", vmcore.toString(), "--bootstrap-server", cluster);

            assertThat(status).as(handed.err()).hasValue(0);
            assertThat(code).as(alone.err()).isZero();
            assertThat(handed.out()).hasSameSizeAs(alone.out()).isNotEqualTo(alone.out());
            assertThat(timeless(handed.err())).isEqualTo(timeless(alone.err()));

            // One that is large, of holes behind it, is left to whoever asked.
            Path large = sparse("large.elf", vmcore, MOST + 1);
            StandbyLine line = new StandbyLine(
                    "produce", large.toString(), "--bootstrap-server", cluster, "--standby", socket.toString());
            Captured left = new Captured(false);
            assertThat(line.send(left.console())).isEmpty();
            assertThat(left.errLines()).containsExactly(tooLarge(socket));
            Captured itself = new Captured(false);
            assertThat(Main.run(itself.console(), line.words().toArray(String[]::new)))
                    .as(itself.err())
                    .isZero();
            assertThat(itself.out()).hasSameSizeAs(alone.out());
            assertThat(timeless(itself.err()).replace("large.elf", "guest.elf")).isEqualTo(timeless(alone.err()));

            String dumps =
                    Captured.run("dumps", "list", "--bootstrap-server", cluster).out();
            assertThat(dumps)
                    .contains(
                            handed.out().strip(),
                            alone.out().strip(),
                            itself.out().strip());
            assertThat(server.failure()).isEmpty();
        }
    }

    /** A file that begins with another and goes on with a hole. */
    private Path sparse(String name, Path beginning, long bytes) throws IOException {
        Path file = Files.copy(beginning, folder.resolve(name));
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.setLength(bytes);
        }
        return file;
    }

    private static String tooLarge(Path socket) {
        return "vmcore-stream: vmcore of more than 256 GiB, which takes longer by the standby at " + socket
                + ", capturing without it";
    }

    private static String timeless(String err) {
        return err.replaceAll("[0-9.]+s", "");
    }

    @Test
    void shouldComplainToWhoAsked() throws Exception {
        Path socket = folder.resolve("standby");
        try (StandbyServer server = StandbyServer.open(socket, 1, StandbyLine::run)) {
            Captured nowhere = new Captured(false, folder);
            assertThat(StandbyLine.send(
                            nowhere.console(),
                            "produce",
                            "nowhere.elf",
                            "--bootstrap-server=h:1",
                            "--standby=" + socket))
                    .hasValue(ExitCode.BAD_VMCORE.number());
            assertThat(nowhere.errLines())
                    .containsExactly(
                            "vmcore-stream: " + folder.resolve("nowhere.elf") + ": does not exist, expected a vmcore");

            Captured other = new Captured(false);
            assertThat(StandbyLine.send(other.console(), "demo", "--standby", socket.toString()))
                    .hasValue(ExitCode.USAGE.number());
            assertThat(other.errLines()).containsExactly("vmcore-stream: a standby does 'produce' only");
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void shouldLeaveToItsUserWhatNoStandbyDoes() throws Exception {
        Path socket = folder.resolve("standby");
        Captured nobody = new Captured(false);
        assertThat(StandbyLine.send(nobody.console(), "produce", "x.elf", "--standby", socket.toString()))
                .isEmpty();
        assertThat(nobody.errLines()).singleElement().asString().contains(socket.toString(), "capturing without it");

        try (StandbyServer server = StandbyServer.open(socket, 1, (errand, out, err) -> 0)) {
            Captured input = new Captured(false);
            assertThat(StandbyLine.send(input.console(), "produce", "-", "--standby", socket.toString()))
                    .isEmpty();
            assertThat(StandbyLine.send(input.console(), "produce", "x.elf")).isEmpty();
            assertThat(input.err()).isEmpty();
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void shouldHandOverUpToASize() throws Exception {
        Path socket = folder.resolve("standby");
        Path empty = Files.createFile(folder.resolve("empty"));
        sparse("most.elf", empty, MOST);
        sparse("half.elf", empty, MOST / 2);
        sparse("more.elf", empty, MOST / 2 + 1);
        try (StandbyServer server = StandbyServer.open(socket, 1, (errand, out, err) -> 42)) {
            Captured small = new Captured(false, folder);
            assertThat(StandbyLine.send(small.console(), "produce", "most.elf", "--standby=standby"))
                    .hasValue(42);
            assertThat(StandbyLine.send(small.console(), "produce", "half.elf", "half.elf", "--standby=standby"))
                    .hasValue(42);
            assertThat(StandbyLine.send(small.console(), "produce", "s3://bucket/large.elf", "--standby=standby"))
                    .hasValue(42);
            assertThat(small.err()).isEmpty();

            Captured split = new Captured(false, folder);
            StandbyLine line = new StandbyLine("produce", "half.elf", "more.elf", "--standby=standby");
            assertThat(line.send(split.console())).isEmpty();
            assertThat(split.errLines()).containsExactly(tooLarge(Path.of("standby")));
            assertThat(line.words()).containsExactly("produce", "half.elf", "more.elf");
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void shouldSayWhereItCannotListen() throws Exception {
        Path taken = Files.createDirectory(folder.resolve("standby"));
        Captured.Result folderThere = Captured.run("standby", "--socket", taken);
        assertThat(folderThere.exitCode()).isEqualTo(ExitCode.USAGE.number());
        assertThat(folderThere.err().lines()).singleElement().asString().contains(taken + ": cannot listen there");
        Captured.Result noFolder = Captured.run("standby", "--socket", folder.resolve("no/standby"));
        assertThat(noFolder.exitCode()).isEqualTo(ExitCode.USAGE.number());
        assertThat(noFolder.err().lines()).singleElement().asString().contains("cannot listen there");
        Captured.Result none = Captured.run("standby", "--socket", folder.resolve("s"), "--at-once", "0");
        assertThat(none.err()).contains("--at-once 0, expected 1 to 64");
    }
}
