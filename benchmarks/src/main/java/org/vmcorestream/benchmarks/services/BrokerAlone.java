// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.services;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.vmcorestream.cli.broker.EmbeddedBroker;

/** The embedded broker in a process of its own, so that a benchmark can tell its CPU time and memory from those of the stages. */
public final class BrokerAlone {
    private static final long LOOK_MILLIS = 500;

    private BrokerAlone() {}

    /**
     * Starts a broker, writes its address, and ends when it is told to (SIGTERM) or when the broker fails.
     *
     * @param arguments the folder of the broker's data, made where it does not exist; and the file that gets {@code host:port}
     *     once clients can connect, which never holds half an address
     */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length != 2) {
            System.err.println("broker: " + arguments.length + " arguments, expected DATA_DIR and ADDRESS_FILE");
            System.exit(2);
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(Path.of(arguments[0]))) {
            Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-close"));
            announce(broker.bootstrapServers(), Path.of(arguments[1]));
            while (broker.fault().isEmpty()) {
                Thread.sleep(LOOK_MILLIS);
            }
            System.err.println("broker: " + broker.fault().get().getMessage());
        } catch (IOException e) {
            System.err.println("broker: " + e.getMessage());
        }
        System.exit(1);
    }

    private static void announce(String address, Path file) throws IOException {
        Path half = file.resolveSibling(file.getFileName() + ".partial");
        Files.writeString(half, address + System.lineSeparator());
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
