// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.standby;

import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes errands on a Unix domain socket that only this user can connect to. Errands beyond those that are done at once wait for
 * their turn; connections beyond {@value #MAX_CONNECTIONS} are closed, and who asked does the errand itself.
 */
public final class StandbyServer implements AutoCloseable {
    /** Does errands. Called by several threads at once. */
    @FunctionalInterface
    public interface Work {
        /**
         * Does an errand and returns its exit status. An interrupt means that it is to be broken off.
         *
         * @param out standard output of who asked
         * @param err standard error of who asked
         */
        int run(Errand errand, PrintStream out, PrintStream err);
    }

    private static final Logger LOG = LoggerFactory.getLogger(StandbyServer.class);

    private static final int MAX_CONNECTIONS = 256;
    private static final int BACKLOG = 64;
    private static final long STOP_MILLIS = 10_000;

    private final Path socket;
    private final ServerSocketChannel server;
    private final int atOnce;
    private final Semaphore turns;
    private final Work work;
    private final Set<StandbyConnection> connections = ConcurrentHashMap.newKeySet();
    private final Thread acceptor = new Thread(this::accept, "standby-accept");
    private volatile boolean closed;
    private volatile Throwable failure;

    private StandbyServer(Path socket, ServerSocketChannel server, int atOnce, Work work) {
        this.socket = socket;
        this.server = server;
        this.atOnce = atOnce;
        this.work = work;
        turns = new Semaphore(atOnce, true);
        acceptor.setDaemon(true);
    }

    /**
     * Listens on a socket. The file of one that nobody listens on any more is replaced.
     *
     * @param atOnce errands done at once, at least 1
     * @throws IOException when another process listens there, or the socket cannot be made
     */
    public static StandbyServer open(Path socket, int atOnce, Work work) throws IOException {
        Path place = socket.toAbsolutePath();
        if (Files.exists(place) && answers(place)) {
            throw new IOException(socket + ": another process listens there");
        }
        // Made in a folder that nobody else may enter, and moved when its own permissions are as they must be.
        Path folder = Files.createTempDirectory(
                place.getParent(),
                ".standby",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path made = folder.resolve("s");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(made), BACKLOG);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
            Files.move(made, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        } finally {
            Files.deleteIfExists(made);
            Files.delete(folder);
        }
        StandbyServer opened = new StandbyServer(place, server, atOnce, work);
        opened.acceptor.start();
        return opened;
    }

    private static boolean answers(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    /** Why it takes no errands any more; empty while all is well. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    private void accept() {
        try {
            while (!closed) {
                SocketChannel channel = server.accept();
                if (connections.size() >= MAX_CONNECTIONS) {
                    LOG.warn("more than {} errands, one more is left to who asked", MAX_CONNECTIONS);
                    channel.close();
                } else {
                    StandbyConnection connection =
                            new StandbyConnection(channel, turns, atOnce, work, connections::remove);
                    connections.add(connection);
                    connection.start();
                }
            }
        } catch (ClosedChannelException e) {
            failure = closed ? null : e;
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    /** Takes no more errands, breaks off those that are under way, which is then left to who asked, and waits for their ends. */
    @Override
    public void close() throws IOException, InterruptedException {
        closed = true;
        try {
            Files.deleteIfExists(socket);
        } finally {
            server.close();
            long deadline = System.currentTimeMillis() + STOP_MILLIS;
            connections.forEach(StandbyConnection::abandon);
            for (StandbyConnection connection : connections) {
                connection.await(Math.max(1, deadline - System.currentTimeMillis()));
            }
        }
    }
}
