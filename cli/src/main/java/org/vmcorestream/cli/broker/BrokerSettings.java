// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.broker;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Settings of the embedded broker: one node that is broker and controller, on loopback, made for few clients and large records. */
final class BrokerSettings {
    /** Listener of the clients. */
    static final String CLIENTS = "PLAINTEXT";

    /** Listener of the controller. */
    static final String CONTROLLER = "CONTROLLER";

    /** The only node. */
    static final int NODE_ID = 1;

    /** Address that everything listens on; nothing of a dump can be reached from another host. */
    static final String LOOPBACK = "127.0.0.1";

    /** Largest record batch taken, in bytes. */
    static final int MAX_RECORD_BYTES = 32 << 20;

    /** How late a heartbeat may be. It is also how long a start waits after a process that was killed. */
    static final int SESSION_MILLIS = 20_000;

    private static final int MAX_REQUEST_BYTES = 256 << 20;

    /** Any free port. */
    static final int ANY_PORT = 0;

    private BrokerSettings() {}

    /**
     * Settings as a {@code server.properties} would have them.
     *
     * @param logDir where the broker keeps its logs
     * @param controllerPort port that the controller is already bound to
     * @param clientPort port of the clients, {@link #ANY_PORT} for one that is chosen at the start
     */
    static Map<String, Object> of(Path logDir, int controllerPort, int clientPort) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", NODE_ID);
        settings.put("controller.quorum.voters", NODE_ID + "@" + LOOPBACK + ":" + controllerPort);
        settings.put("controller.listener.names", CONTROLLER);
        settings.put("inter.broker.listener.name", CLIENTS);
        settings.put("listener.security.protocol.map", CLIENTS + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        settings.put(
                "listeners",
                CLIENTS + "://" + LOOPBACK + ":" + clientPort + "," + CONTROLLER + "://" + LOOPBACK + ":"
                        + controllerPort);
        settings.put("log.dirs", logDir.toString());
        singleReplica(settings);
        largeRecords(settings);
        fewThreads(settings);
        quickRestart(settings);
        settings.put("auto.create.topics.enable", false);
        settings.replaceAll((name, value) -> value.toString());
        return settings;
    }

    private static void singleReplica(Map<String, Object> settings) {
        settings.put("offsets.topic.replication.factor", 1);
        settings.put("offsets.topic.num.partitions", 1);
        settings.put("transaction.state.log.replication.factor", 1);
        settings.put("transaction.state.log.min.isr", 1);
        settings.put("transaction.state.log.num.partitions", 1);
        settings.put("share.coordinator.state.topic.replication.factor", 1);
        settings.put("share.coordinator.state.topic.min.isr", 1);
        settings.put("group.initial.rebalance.delay.ms", 0);
    }

    private static void largeRecords(Map<String, Object> settings) {
        settings.put("message.max.bytes", MAX_RECORD_BYTES);
        settings.put("replica.fetch.max.bytes", MAX_RECORD_BYTES);
        settings.put("socket.request.max.bytes", MAX_REQUEST_BYTES);
        // -1 leaves the size of socket buffers to the kernel, which grows them as needed.
        settings.put("socket.send.buffer.bytes", -1);
        settings.put("socket.receive.buffer.bytes", -1);
    }

    private static void fewThreads(Map<String, Object> settings) {
        settings.put("num.network.threads", 2);
        settings.put("num.io.threads", 4);
        settings.put("background.threads", 2);
        settings.put("num.replica.fetchers", 1);
        settings.put("log.cleaner.threads", 1);
        settings.put("log.cleaner.dedupe.buffer.size", 2 << 20);
    }

    /**
     * Leaving the quorum in order, so that a restart does not wait for the old session to end. The session itself is long: when
     * the host is short of CPU heartbeats come late, and a cluster of one broker that is thought dead takes nothing more.
     */
    private static void quickRestart(Map<String, Object> settings) {
        settings.put("controlled.shutdown.enable", true);
        settings.put("broker.session.timeout.ms", SESSION_MILLIS);
        settings.put("broker.heartbeat.interval.ms", 500);
        // At 0 the broker looks for logs to delete every millisecond, which takes 3 % of a core.
        settings.put("log.segment.delete.delay.ms", 100);
    }
}
