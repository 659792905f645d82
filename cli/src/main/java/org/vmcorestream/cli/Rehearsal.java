// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.nio.file.Path;
import java.util.Locale;
import org.vmcorestream.cli.broker.EmbeddedBroker;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * Does once what most commands do, on the vmcore of the demo. The launcher has the JVM watch, and keeps the classes that were
 * needed in a form that the JVM reads faster.
 */
public final class Rehearsal {
    private Rehearsal() {}

    /** @param args a folder for what comes of it, which is the caller's to remove */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Path vmcore = DemoCommand.unpack(folder);
        act("run", vmcore.toString(), "-o", folder.resolve("run.kdump").toString());
        try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(folder)) {
            String cluster = "--bootstrap-server=" + broker.bootstrapServers();
            act("topics", "create", cluster);
            for (PageCodec codec : PageCodec.values()) {
                act(
                        "produce",
                        vmcore.toString(),
                        cluster,
                        "--capture=31",
                        "--rule-set=31",
                        "--codec=" + codec.name().toLowerCase(Locale.ROOT));
            }
        }
        System.exit(0);
    }

    private static void act(String... command) {
        int code = Main.run(command);
        if (code != ExitCode.OK.number()) {
            throw new IllegalStateException(String.join(" ", command) + ": ended with " + code);
        }
    }
}
