// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.broker;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker (KRaft, one node) inside this process, on ports of the loopback interface that the kernel chooses.
 *
 * <p>It is put together from the parts that {@code KafkaRaftServer} consists of, because that class keeps the port to itself
 * and ends the JVM at a fault. The controller's socket is bound before the settings are written, so that no port can be lost to
 * another process in between.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

    /** How long a broker may take to leave its controller; one whose disk failed never does, and is not waited for. */
    private static final Duration LEAVE = Duration.ofSeconds(20);

    private static final Duration LEAVE_AFTER_FAULT = Duration.ofMillis(100);

    private final BrokerServer broker;
    private final ControllerServer controller;
    private final Metrics metrics;
    private final BrokerFaults faults;
    private final String bootstrapServers;
    private final DataDirLock lock;
    private final Optional<TemporaryFolder> temporary;
    private boolean closed;

    private EmbeddedBroker(
            BrokerServer broker,
            ControllerServer controller,
            Metrics metrics,
            BrokerFaults faults,
            DataDirLock lock,
            Optional<TemporaryFolder> temporary) {
        this.broker = broker;
        this.controller = controller;
        this.metrics = metrics;
        this.faults = faults;
        this.lock = lock;
        this.temporary = temporary;
        bootstrapServers = BrokerSettings.LOOPBACK + ":" + broker.boundPort(new ListenerName(BrokerSettings.CLIENTS));
    }

    /**
     * Starts a broker on a data directory, which is made where it does not exist and kept. Topics of an earlier start are there
     * again.
     *
     * @throws BrokerException when it cannot start, for example because another broker uses the directory
     */
    public static EmbeddedBroker start(Path dataDir) throws BrokerException {
        return start(dataDir, BrokerSettings.ANY_PORT);
    }

    /**
     * Starts a broker whose clients find it at a port that they know from an earlier start.
     *
     * @param clientPort a free port of the loopback interface
     * @throws BrokerException when it cannot start, for example because the port is taken
     */
    public static EmbeddedBroker start(Path dataDir, int clientPort) throws BrokerException {
        return start(dataDir, clientPort, Optional.empty());
    }

    /** Starts a broker on a directory of its own under {@code parent}, which is removed by {@link #close}. */
    public static EmbeddedBroker startTemporary(Path parent) throws BrokerException {
        TemporaryFolder folder;
        try {
            folder = TemporaryFolder.create(parent, ".vmcore-stream-broker-");
        } catch (IOException e) {
            throw new BrokerException(parent + ": cannot hold the broker's data: " + e, e);
        }
        try {
            return start(folder.path(), BrokerSettings.ANY_PORT, Optional.of(folder));
        } catch (BrokerException | RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private static EmbeddedBroker start(Path dataDir, int clientPort, Optional<TemporaryFolder> temporary)
            throws BrokerException {
        DataDirLock lock = DataDirLock.take(dataDir);
        try {
            return start(dataDir, clientPort, lock, temporary);
        } catch (BrokerException | RuntimeException e) {
            release(lock);
            throw e;
        }
    }

    private static EmbeddedBroker start(
            Path dataDir, int clientPort, DataDirLock lock, Optional<TemporaryFolder> temporary)
            throws BrokerException {
        BrokerStorage storage = BrokerStorage.open(dataDir);
        BrokerFaults faults = new BrokerFaults();
        faults.preventHalt();
        Metrics metrics = new Metrics();
        ServerSocketChannel controllerSocket = null;
        ControllerServer controller = null;
        BrokerServer broker = null;
        try {
            controllerSocket = bindController();
            int port = ((InetSocketAddress) controllerSocket.getLocalAddress()).getPort();
            SharedServer shared = sharedServer(storage, faults, metrics, controllerSocket, port, clientPort);
            controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), storage.bootstrap());
            broker = new BrokerServer(shared);
            controller.startup();
            broker.startup();
            return new EmbeddedBroker(broker, controller, metrics, faults, lock, temporary);
        } catch (Exception | LinkageError e) {
            // A LinkageError is what Kafka's classes end with when the JVM is already ending.
            stop(broker, controller, metrics, LEAVE_AFTER_FAULT);
            if (controllerSocket != null) {
                release(controllerSocket);
            }
            throw new BrokerException(dataDir + ": broker cannot start: " + innermostMessage(e), e);
        }
    }

    private static SharedServer sharedServer(
            BrokerStorage storage,
            BrokerFaults faults,
            Metrics metrics,
            ServerSocketChannel controllerSocket,
            int port,
            int clientPort) {
        KafkaConfig config = new KafkaConfig(BrokerSettings.of(storage.logDir(), port, clientPort), false);
        ServerSocketFactory sockets = (listener, address, backlog, receiveBuffer) -> {
            if (listener.equals(BrokerSettings.CONTROLLER)) {
                controllerSocket.configureBlocking(false);
                return controllerSocket;
            }
            return ServerSocketFactory.INSTANCE.openServerSocket(listener, address, backlog, receiveBuffer);
        };
        return new SharedServer(
                config,
                storage.properties(),
                Time.SYSTEM,
                metrics,
                CompletableFuture.completedFuture(
                        QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
                List.of(),
                faults::handler,
                sockets);
    }

    private static ServerSocketChannel bindController() throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByName(BrokerSettings.LOOPBACK), 0));
        } catch (IOException e) {
            release(socket);
            throw e;
        }
        return socket;
    }

    /** Where clients find it, {@code host:port}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Why the broker stopped working by itself; empty while all is well. */
    public Optional<BrokerException> fault() {
        return faults.first();
    }

    /** Stops the broker in order, in bounded time, and removes its data when they were temporary. Can be called again. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        stop(broker, controller, metrics, fault().isPresent() ? LEAVE_AFTER_FAULT : LEAVE);
        release(lock);
        temporary.ifPresent(TemporaryFolder::close);
    }

    /**
     * Removes temporary data under the broker, which is of no use after that and has to end with its process: leaving its
     * controller in order takes some tenths of a second, for nobody.
     *
     * @return whether nothing is left of them; false for data that are to be kept
     */
    public synchronized boolean dropData() {
        return temporary.isPresent() && temporary.get().remove();
    }

    private static void stop(BrokerServer broker, ControllerServer controller, Metrics metrics, Duration patience) {
        if (broker != null) {
            broker.shutdown(patience);
        }
        if (controller != null) {
            controller.shutdown();
        }
        metrics.close();
    }

    /** Gives back what a broker that is gone, or never came, has no use for; it cannot lose anything any more. */
    private static void release(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            LOG.info("{} did not close in order", resource, e);
        }
    }

    private static String innermostMessage(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null
                ? cause.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
