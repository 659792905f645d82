// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.archive.RuleSetShelf;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;

/**
 * The door to the processor: one instance of the Kafka Streams application that turns descriptors into verdicts, and beside it
 * a worker that decides stored dumps once more when topic replays asks for it. Any number of instances with the same application
 * id share the partitions.
 *
 * <p>Bad data never stops it: that goes to the dead letters. What stops it is a cluster that refuses it or stays away; then
 * {@link #failure} says why, and a new instance goes on where this one was. {@link EnduringVerdictService} begins one by itself.
 */
public final class VerdictService implements AutoCloseable {
    /** After how long without a record a stripe counts as one that never ends, and is dropped. */
    public static final Duration STRIPE_EXPIRY = Duration.ofDays(7);

    private static final Logger LOG = LoggerFactory.getLogger(VerdictService.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final Settings settings;
    private final Properties properties;
    private final RuleSetShelf shelf;
    private final KafkaStreams streams;
    private final Optional<ReplayThread> replays;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CountDownLatch runningOrOver = new CountDownLatch(1);
    private volatile String incarnation = "";

    /**
     * How the processor works.
     *
     * @param client Kafka client settings, {@code bootstrap.servers} at least; Streams settings may be among them
     * @param topics names of the topics
     * @param applicationId Streams application id, which is also the consumer group
     * @param ruleSets applied to dumps that ask for none
     * @param stateDir where Streams keeps its own files
     * @param threads stream threads
     * @param replayShare most that replays take of one more thread's time, 0 to 1; 0: this instance does no replays
     */
    public record Settings(
            Map<String, Object> client,
            Topics topics,
            String applicationId,
            List<RuleSet> ruleSets,
            Path stateDir,
            int threads,
            double replayShare) {
        /** Share of replays when nothing else is configured. */
        public static final double REPLAY_SHARE = 0.25;

        /** Checks the share. */
        public Settings {
            if (!(replayShare >= 0 && replayShare <= 1)) {
                throw new IllegalArgumentException("replay share of " + replayShare + ", expected 0 to 1");
            }
        }

        /** The same with other rule sets. */
        Settings with(List<RuleSet> others) {
            return new Settings(client, topics, applicationId, others, stateDir, threads, replayShare);
        }

        /** Settings with the usual share of replays. */
        public Settings(
                Map<String, Object> client,
                Topics topics,
                String applicationId,
                List<RuleSet> ruleSets,
                Path stateDir,
                int threads) {
            this(client, topics, applicationId, ruleSets, stateDir, threads, REPLAY_SHARE);
        }
    }

    /** A processor that drops stripes which never end after {@link #STRIPE_EXPIRY}. */
    public VerdictService(Settings settings) {
        this(settings, STRIPE_EXPIRY);
    }

    /**
     * A processor, not yet started.
     *
     * @param settings how it works
     * @param stripeExpiry after how long without a record a stripe counts as one that never ends, and is dropped
     * @throws IllegalArgumentException in one line, when a setting cannot be
     */
    public VerdictService(Settings settings, Duration stripeExpiry) {
        if (stripeExpiry.isNegative() || stripeExpiry.isZero()) {
            throw new IllegalArgumentException("stripe expiry of " + stripeExpiry + ", expected more than nothing");
        }
        this.settings = settings;
        shelf = RuleSetShelf.open(settings.client(), settings.topics());
        RuleSetCatalog catalog = new RuleSetCatalog(settings.ruleSets(), shelf::named);
        properties = StreamsSettings.of(settings);
        replays = settings.replayShare() == 0
                ? Optional.empty()
                : Optional.of(new ReplayThread(settings, catalog, this::replaysRefused));
        try {
            streams = new KafkaStreams(
                    VerdictTopology.build(settings.topics(), catalog, stripeExpiry, () -> incarnation), properties);
        } catch (KafkaException e) {
            throw new IllegalArgumentException("processor cannot be set up: " + oneLine(e), e);
        }
        streams.setUncaughtExceptionHandler(this::stop);
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING || now.hasCompletedShutdown()) {
                runningOrOver.countDown();
            }
        });
    }

    private StreamThreadExceptionResponse stop(Throwable cause) {
        failure.compareAndSet(null, cause);
        // Whoever started it says so, or goes on.
        LOG.info("processor {} stops: {}", settings.applicationId(), oneLine(cause), cause);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private void replaysRefused(Throwable cause) {
        failure.compareAndSet(null, cause);
        LOG.info("replays of processor {} stop: {}", settings.applicationId(), oneLine(cause), cause);
    }

    /**
     * Starts and returns when the application runs, or throws when it cannot.
     *
     * @throws IllegalStateException in one line, when a topic is missing, the cluster does not answer, or the application
     *     does not run within {@code timeout}
     */
    public void start(Duration timeout) {
        begin(timeout);
    }

    /**
     * Starts and returns when the application runs, or throws when it cannot.
     *
     * @return which topics there were
     * @throws IllegalStateException in one line, when a topic is missing, the cluster does not answer, or the application
     *     does not run within {@code timeout}
     */
    Incarnation begin(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Incarnation topics = awaitTopics(timeout);
        incarnation = topics.decided();
        try {
            streams.start();
            boolean settled = runningOrOver.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            Throwable cause = failure.get();
            if (cause != null) {
                throw new IllegalStateException(
                        "processor " + settings.applicationId() + " failed: " + oneLine(cause), cause);
            }
            if (!settled
                    || streams.state() != KafkaStreams.State.RUNNING
                            && !streams.state().isRunningOrRebalancing()) {
                throw new IllegalStateException("processor " + settings.applicationId() + " is " + streams.state()
                        + " after " + timeout.toMillis() + " ms, expected RUNNING");
            }
            replays.ifPresent(ReplayThread::start);
            return topics;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "processor " + settings.applicationId() + " was interrupted while it started", e);
        }
    }

    private Incarnation awaitTopics(Duration timeout) {
        Admin admin;
        try {
            admin = Admin.create(StreamsSettings.admin(properties, "vmcore-stream-processor-check"));
        } catch (KafkaException e) {
            throw new IllegalStateException("processor cannot reach its cluster: " + oneLine(e), e);
        }
        try {
            return new TopicReadiness(new TopicQuestion(admin, settings.topics(), replays.isPresent()), timeout)
                    .await();
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    /** Why it stopped by itself; empty while all is well. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Commits what is done and leaves the groups; a replay that is at work is left to be done again. */
    @Override
    public void close() {
        replays.ifPresent(ReplayThread::stop);
        if (!streams.close(CloseOptions.timeout(CLOSE_TIMEOUT)
                .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP))) {
            LOG.warn("processor {} is still busy after {}", settings.applicationId(), CLOSE_TIMEOUT);
        }
        replays.ifPresent(thread -> thread.close(CLOSE_TIMEOUT));
        shelf.close();
    }

    private static String oneLine(Throwable cause) {
        Throwable root = cause;
        for (int depth = 0; root.getCause() != null && depth < 16; depth++) {
            root = root.getCause();
        }
        String said = root == cause ? cause.getMessage() : cause.getMessage() + ": " + root.getMessage();
        return String.valueOf(said).replaceAll("\\s+", " ");
    }
}
