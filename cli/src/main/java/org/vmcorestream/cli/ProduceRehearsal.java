// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import org.vmcorestream.cli.broker.BrokerChild;
import org.vmcorestream.cli.broker.BrokerException;
import org.vmcorestream.cli.broker.TemporaryFolder;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * Captures of the demo's vmcore that nobody sees: they load the classes that a capture needs, and make the JIT compiler see to what
 * it repeats.
 */
final class ProduceRehearsal {
    /** After fewer the first real captures still take longer. */
    private static final int ROUNDS = 6;

    private ProduceRehearsal() {}

    /**
     * Captures into a broker that is there for it alone, in each codec several times.
     *
     * @throws CommandFailure when a capture fails
     */
    static void run() throws IOException, BrokerException, InterruptedException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        Console console = new Console(nowhere, nowhere, false);
        try (TemporaryFolder folder = TemporaryFolder.create(
                        Path.of(System.getProperty("java.io.tmpdir")), "vmcore-stream-standby-");
                BrokerChild broker = BrokerChild.start(folder.path())) {
            Path vmcore = DemoCommand.unpack(folder.path());
            act(console, "topics", "create", "--bootstrap-server", broker.bootstrapServers());
            for (int i = 0; i < ROUNDS; i++) {
                inEachCodec(console, vmcore, broker.bootstrapServers());
            }
        }
    }

    /** Captures a vmcore in each codec once. */
    static void inEachCodec(Console console, Path vmcore, String bootstrapServers) {
        for (PageCodec codec : PageCodec.values()) {
            act(
                    console,
                    "produce",
                    vmcore.toString(),
                    "--bootstrap-server=" + bootstrapServers,
                    "--capture=31",
                    "--rule-set=31",
                    "--codec=" + codec.name().toLowerCase(Locale.ROOT));
        }
    }

    /** Runs a command that has to end well. */
    static void act(Console console, String... command) {
        int code = Main.run(console, command);
        if (code != ExitCode.OK.number()) {
            throw new CommandFailure(ExitCode.INTERNAL, String.join(" ", command) + ": ended with " + code);
        }
    }
}
