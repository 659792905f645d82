// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Topics;

/**
 * The door to the console: it follows what the stages say of dumps, raises alarms on topic alarms, and answers over HTTP:
 * {@code /} a page, {@code /metrics} for Prometheus, {@code /healthz} 200 or 503. It keeps nothing that is not on the topics; any
 * number of consoles can run, and raise the same alarms under the same keys.
 *
 * <p>Bad records never stop it. What stops it is a cluster that refuses it; then {@link #failure} says why.
 */
public final class ConsoleService implements AutoCloseable {
    /** Where it listens when nothing else is asked for: not reachable from elsewhere, for it asks nobody who they are. */
    public static final String HOST = "127.0.0.1";

    /** Port when nothing else is asked for. */
    public static final int PORT = 9464;

    /** Tenants with a label of their own in metrics when nothing else is asked for. */
    public static final int TENANTS = 32;

    /** Rule sets with a label of their own in metrics when nothing else is asked for. */
    public static final int RULE_SETS = 16;

    private static final int MOST_LABELS = 1000;
    private static final int MAX_PORT = 65_535;

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleService.class);
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final Duration CLOSE_CLIENTS = Duration.ofSeconds(5);

    /**
     * How the console works.
     *
     * @param client Kafka client settings, {@code bootstrap.servers} at least
     * @param topics names of the topics
     * @param host address to listen on; {@value ConsoleService#HOST} unless others are to see it
     * @param port port to listen on, 0 for any that is free
     * @param processorGroup consumer group (application id) of the processors, whose lag on page-metadata is watched;
     *     empty: not watched
     * @param replayGroup consumer group of those who decide replays, whose lag on replays is watched; empty: not watched
     * @param thresholds from where on something is an alarm
     * @param tenants tenants with a label of their own in metrics, the first ones seen; 0 to 1000
     * @param ruleSets rule sets with a label of their own in metrics, the first ones seen; 0 to 1000
     */
    public record Settings(
            Map<String, Object> client,
            Topics topics,
            String host,
            int port,
            String processorGroup,
            String replayGroup,
            AlarmThresholds thresholds,
            int tenants,
            int ruleSets) {
        /** Checks what can be checked without a cluster. */
        public Settings {
            client = Map.copyOf(client);
            if (port < 0 || port > MAX_PORT) {
                throw new IllegalArgumentException("port is " + port + ", expected 0 to " + MAX_PORT);
            }
            if (tenants < 0 || tenants > MOST_LABELS || ruleSets < 0 || ruleSets > MOST_LABELS) {
                throw new IllegalArgumentException("labels for " + tenants + " tenants and " + ruleSets
                        + " rule sets, expected 0 to " + MOST_LABELS + " of each");
            }
        }
    }

    private final Settings settings;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread followThread = new Thread(this::follow, "console-topics");
    private final Thread lagThread = new Thread(this::watchLag, "console-lag");
    private final AlarmOutbox outbox;
    private final ConsoleBoard board;
    private HttpDoor door;
    private volatile TopicFollower follower;
    private volatile boolean closed;

    /** A console that does nothing yet. */
    public ConsoleService(Settings settings) {
        this.settings = settings;
        outbox = new AlarmOutbox(settings.topics().alarms());
        board = new ConsoleBoard(
                settings.thresholds(),
                new MetricLabels(settings.ruleSets(), settings.tenants()),
                outbox::add,
                Clock.systemUTC());
        followThread.setDaemon(true);
        lagThread.setDaemon(true);
    }

    /**
     * Listens, begins to follow the topics and returns at once.
     *
     * @throws IllegalStateException in one line, when the port cannot be had
     */
    public synchronized void start() {
        door = HttpDoor.open(board, this::failure, settings.host(), settings.port());
        followThread.start();
        lagThread.start();
    }

    /** Port that it listens on, once it was started. */
    public synchronized int port() {
        if (door == null) {
            throw new IllegalStateException("the console was not started");
        }
        return door.port();
    }

    /** Whether it has read what happened before its start, and answers for metrics. */
    public boolean isLive() {
        return board.isLive();
    }

    /** Why it stopped by itself; empty while all is well. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    private void follow() {
        try (KafkaConsumer<ByteBuffer, ByteBuffer> consumer =
                new KafkaConsumer<>(ConsoleClients.reader(settings.client()))) {
            KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(ConsoleClients.producer(settings.client()));
            try {
                TopicFollower following = new TopicFollower(
                        consumer, settings.topics(), board, () -> outbox.pump(producer), Clock.systemUTC());
                follower = following;
                if (!closed) {
                    following.run();
                }
            } finally {
                producer.close(CLOSE_CLIENTS);
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void watchLag() {
        List<LagWatch.Stage> stages = new ArrayList<>();
        if (!settings.processorGroup().isEmpty()) {
            stages.add(new LagWatch.Stage(
                    "processor", settings.processorGroup(), settings.topics().pageMetadata()));
        }
        if (!settings.replayGroup().isEmpty()) {
            stages.add(new LagWatch.Stage(
                    "replay", settings.replayGroup(), settings.topics().replays()));
        }
        if (stages.isEmpty()) {
            return;
        }
        try {
            Admin admin = Admin.create(settings.client());
            try {
                new LagWatch(admin, stages, board).run();
            } finally {
                admin.close(CLOSE_CLIENTS);
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(Throwable problem) {
        if (!closed && failure.compareAndSet(null, problem)) {
            LOG.error("the console stops: {}", PlainText.line(problem));
        }
        stop();
    }

    private void stop() {
        closed = true;
        lagThread.interrupt();
        TopicFollower following = follower;
        if (following != null) {
            following.stop();
        }
    }

    /** Stops; alarms that were not sent yet are raised again at the next start. */
    @Override
    public void close() {
        stop();
        join(followThread);
        join(lagThread);
        synchronized (this) {
            if (door != null) {
                door.close();
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(STOP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
