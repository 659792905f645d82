// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.nio.file.Path;
import org.vmcorestream.cli.broker.EmbeddedBroker;

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
        Console console = Console.ofProcess();
        ProduceRehearsal.act(
                console,
                "run",
                vmcore.toString(),
                "-o",
                folder.resolve("run.kdump").toString());
        try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(folder)) {
            String cluster = broker.bootstrapServers();
            ProduceRehearsal.act(console, "topics", "create", "--bootstrap-server", cluster);
            ProduceRehearsal.inEachCodec(console, vmcore, cluster);
        }
        System.exit(0);
    }
}
