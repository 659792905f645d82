// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.standby;

import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Has an errand done by a standby. Needs few classes, because it is what a command waits for first. */
public final class StandbyClient {
    private StandbyClient() {}

    /**
     * Has an errand done, and returns its exit status.
     *
     * @param socket where the standby listens
     * @param out gets what the errand writes to standard output
     * @param err gets what it writes to standard error
     * @throws AbandonedErrandException when the standby took the errand and is gone before the end: the errand is then to be done by
     *     whoever asked, as far as it is not
     * @throws IOException when there is no standby, or it does not take the errand: the errand is then to be done by whoever asked
     */
    public static int send(Path socket, Errand errand, PrintStream out, PrintStream err) throws IOException {
        boolean taken = false;
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            Wire wire = new Wire(channel);
            wire.send(errand);
            while (true) {
                Wire.Answer answer = wire.answer();
                switch (answer.kind()) {
                    case Wire.OUT -> write(out, answer);
                    case Wire.ERR -> write(err, answer);
                    case Wire.END -> {
                        return answer.status();
                    }
                    case Wire.TAKEN -> taken = true; // Nothing to show: the standby is at it, or will be.
                    default ->
                        throw new IOException("answer of kind " + answer.kind() + ", expected one of a, o, e, x");
                }
            }
        } catch (IOException e) {
            throw taken ? new AbandonedErrandException(e) : e;
        }
    }

    private static void write(PrintStream to, Wire.Answer answer) {
        to.write(answer.bytes(), 0, answer.bytes().length);
        to.flush();
    }
}
