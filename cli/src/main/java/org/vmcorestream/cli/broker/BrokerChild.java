// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An {@link EmbeddedBroker} in a process of its own, which leaves nothing behind in this one. It prints its address and ends when
 * its standard input does, so that it does not outlive whoever started it.
 */
public final class BrokerChild implements AutoCloseable {
    private static final long STOP_SECONDS = 20;

    private final Process process;
    private final String bootstrapServers;

    private BrokerChild(Process process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts one, with the options that this JVM has.
     *
     * @param parent folder for its data, which it removes
     * @throws BrokerException when it does not start
     */
    public static BrokerChild start(Path parent) throws BrokerException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), BrokerChild.class.getName(), parent.toString()));
        Process process;
        String address;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            address = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        } catch (IOException e) {
            throw new BrokerException("no process for a broker: " + e.getMessage(), e);
        }
        if (address == null) {
            process.destroyForcibly();
            throw new BrokerException("the process of a broker ended before the broker was up", null);
        }
        return new BrokerChild(process, address);
    }

    /** Where clients connect to. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Stops it and waits for its end. */
    @Override
    public void close() throws IOException, InterruptedException {
        try {
            process.getOutputStream().close();
            process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } finally {
            process.destroyForcibly();
        }
    }

    /** The process itself. */
    public static void main(String[] arguments) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(Path.of(arguments[0]))) {
            System.out.println(broker.bootstrapServers());
            while (System.in.read() >= 0) {
                // Nobody says anything.
            }
        }
        System.exit(0);
    }
}
