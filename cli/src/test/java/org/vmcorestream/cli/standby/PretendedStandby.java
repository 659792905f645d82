// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.standby;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Takes one errand and answers with whatever it was told to. */
final class PretendedStandby implements AutoCloseable {
    private final ServerSocketChannel server;
    private final CompletableFuture<Void> answering;

    /** @param answer in hexadecimal; the connection is closed behind it */
    PretendedStandby(Path socket, String answer) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        answering = CompletableFuture.runAsync(() -> answer(answer));
    }

    /** What a standby may answer, in hexadecimal, and what is wrong with it. */
    static Stream<Arguments> wrongAnswers() {
        return Stream.of(
                arguments("7a00000000", "answer of kind 122"),
                arguments("6fffffffff", "answer 'o' of"),
                arguments("6f00010001", "answer 'o' of 65537 bytes"),
                arguments("7800000000", "answer 'x' of 0 bytes"),
                arguments("7800000005", "answer 'x' of 5 bytes"),
                arguments("6100000001", "answer 'a' of 1 bytes"),
                arguments("6f00000002" + "41", "the connection ended"),
                arguments("6f0000", "the connection ended"),
                arguments("", "the connection ended"));
    }

    private void answer(String answer) {
        try (SocketChannel asker = server.accept()) {
            new Wire(asker).errand();
            asker.write(ByteBuffer.wrap(HexFormat.of().parseHex(answer)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until it has answered. */
    void await() throws Exception {
        answering.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
