// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
            String dumps =
                    Captured.run("dumps", "list", "--bootstrap-server", cluster).out();
            assertThat(dumps).contains(handed.out().strip(), alone.out().strip());
            assertThat(server.failure()).isEmpty();
        }
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
