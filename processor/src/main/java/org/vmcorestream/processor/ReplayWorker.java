// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.ReplayRequest;

/**
 * Does what topic replays asks for, one request after the other, beside the live dumps and with a share of the time that never
 * grows:
 *
 * <pre>
 *  replays ─► ReplayInbox ─► ReplayDecision ─┬─► verdicts, exclusion-stats
 *     ▲         requests       │ dumps,      │
 *     │                        │ page-metadata
 *     └──────── outcomes ◄─────┴─────────────┘
 * </pre>
 *
 * <p>A request ends with its outcome: where the verdicts are, or what is wrong, and then the next one begins. Trouble with the
 * cluster is waited out; trouble that one request has alone, while the cluster answers, ends that request after some attempts.
 * The offset is committed behind the outcome. A request whose instance ended between the two is known by its outcome, or else
 * done again, which gives the same ({@link ReplayDecision}).
 */
final class ReplayWorker implements Runnable {
    /** Attempts at one request while the cluster answers. */
    static final int MAX_ATTEMPTS = 8;

    private static final Logger LOG = LoggerFactory.getLogger(ReplayWorker.class);
    private static final Duration WAIT = Duration.ofMillis(500);

    private final Clients clients;
    private final Topics topics;
    private final RuleSetCatalog catalog;
    private final WallClock clock;
    private final java.util.function.Consumer<Throwable> refused;
    private final ReplayRhythm rhythm;
    private final ChunkScratch scratch = new ChunkScratch();
    private volatile boolean stopped;
    private volatile ReplayInbox inbox;
    private ReplayOutbox outbox;
    private ReplaySource source;

    /**
     * What connects it with the cluster; made when it is needed, and anew after trouble.
     *
     * @param consumer member of the group, see {@link ReplayInbox}
     * @param producer see {@link ReplayOutbox}
     * @param source finds and reads dumps
     */
    record Clients(
            Supplier<Consumer<byte[], byte[]>> consumer,
            Supplier<Producer<byte[], byte[]>> producer,
            Supplier<ReplaySource> source) {}

    /**
     * @param share of one thread's time, above 0 and at most 1
     * @param refused is told once why it ended by itself: the cluster refuses it
     */
    ReplayWorker(
            Clients clients,
            Topics topics,
            RuleSetCatalog catalog,
            double share,
            WallClock clock,
            java.util.function.Consumer<Throwable> refused) {
        this.clients = clients;
        this.topics = topics;
        this.catalog = catalog;
        this.clock = clock;
        this.refused = refused;
        rhythm = new ReplayRhythm(share, clock, this::lookUp);
    }

    /** Works until it is stopped. */
    @Override
    public void run() {
        try {
            inbox = new ReplayInbox(clients.consumer().get(), topics.replays(), clock);
            for (int failures = 0; !stopped; ) {
                try {
                    if (failures > 0) {
                        rhythm.waitFor(BackOff.after(failures));
                    }
                    step();
                    failures = 0;
                } catch (RuntimeException e) {
                    endIfStopped(e);
                    failures++;
                    LOG.warn("replays wait: {}", OneLine.of(e.getMessage()));
                }
            }
        } catch (RuntimeException | Error e) {
            if (!stopped) {
                refused.accept(e);
            }
        } finally {
            disconnect();
            if (inbox != null) {
                close(inbox);
            }
        }
    }

    /** Makes {@link #run} return soon; can be called from any thread. */
    void stop() {
        stopped = true;
        ReplayInbox open = inbox;
        if (open != null) {
            open.wakeUp();
        }
    }

    private void lookUp() {
        if (stopped) {
            throw new AbandonedException("closing");
        }
        inbox.keepMembership();
    }

    /** Passes on what ends the worker; returns when it is to try again. */
    private void endIfStopped(RuntimeException e) {
        if (stopped || ClusterTrouble.isRefusal(e)) {
            throw e;
        }
    }

    /** Does one request, if there is one. */
    void step() {
        ConsumerRecord<byte[], byte[]> record = inbox.next(WAIT);
        if (record == null) {
            return;
        }
        rhythm.begin();
        try {
            if (answer(record)) {
                inbox.done(record);
            } else {
                inbox.passOver(record);
            }
        } catch (AbandonedException e) {
            if (stopped) {
                throw e;
            }
            LOG.info("{}-{} offset {}: {}", record.topic(), record.partition(), record.offset(), e.getMessage());
            inbox.release();
        }
        rhythm.rest();
    }

    /** Does what a record asks for; returns whether it asked for anything. */
    private boolean answer(ConsumerRecord<byte[], byte[]> record) {
        Answer answer = new Answer(record);
        for (int attempts = 0, waits = 0; ; waits++) {
            try {
                return answer.attempt();
            } catch (AbandonedException | WakeupException | InterruptException e) {
                throw e;
            } catch (RuntimeException e) {
                endIfStopped(e);
                disconnect();
                attempts += inbox.clusterAnswers() ? 1 : 0;
                LOG.warn(
                        "{}-{} offset {} is tried again: {}",
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        OneLine.of(e.getMessage()));
                if (attempts == MAX_ATTEMPTS) {
                    answer.giveUp("given up after " + attempts + " attempts: " + e.getMessage());
                } else if (attempts >= 2 * MAX_ATTEMPTS) {
                    LOG.error("{}-{} offset {} is passed over", record.topic(), record.partition(), record.offset());
                    return true;
                }
                rhythm.waitFor(BackOff.after(waits + 1));
            }
        }
    }

    /** What is done about one record, in one attempt or more. */
    private final class Answer {
        private final ConsumerRecord<byte[], byte[]> record;
        private boolean looked;
        private ReplayOutcome outcome;
        private String givenUp;

        Answer(ConsumerRecord<byte[], byte[]> record) {
            this.record = record;
        }

        void giveUp(String why) {
            givenUp = why;
        }

        /** Returns whether the record asked for anything. */
        boolean attempt() {
            Optional<ReplayRequest> request;
            try {
                request = ReplayRequests.read(record.value());
            } catch (RefusedException e) {
                LOG.warn("{}-{} offset {}: {}", record.topic(), record.partition(), record.offset(), e.getMessage());
                outbox().bury(record, e.getMessage());
                return true;
            }
            if (request.isPresent() && (looked || !inbox.isAnswered(record, request.get()))) {
                looked = true;
                answer(request.get());
            }
            return request.isPresent();
        }

        private void answer(ReplayRequest request) {
            if (outcome == null) {
                ReplayDecision decision = new ReplayDecision(catalog, source(), outbox(), rhythm, scratch, clock);
                outcome = givenUp == null
                        ? decision.of(request)
                        : decision.problem(request, request.getRuleSet(), givenUp);
            }
            outbox().send(outcome, record.partition());
            LOG.info(
                    "replay {} of dump {} under {}: {}",
                    outcome.getReplayId(),
                    outcome.getDumpId(),
                    outcome.getRuleSet(),
                    outcome.getProblem().isEmpty() ? "done" : outcome.getProblem());
        }
    }

    private ReplayOutbox outbox() {
        if (outbox == null) {
            outbox = new ReplayOutbox(clients.producer().get(), topics, clock);
        }
        return outbox;
    }

    private ReplaySource source() {
        if (source == null) {
            source = clients.source().get();
        }
        return source;
    }

    /** Lets go of clients that may be of no use any more. */
    private void disconnect() {
        if (outbox != null) {
            close(outbox);
            outbox = null;
        }
        if (source != null) {
            close(source);
            source = null;
        }
    }

    private static void close(AutoCloseable client) {
        try {
            client.close();
        } catch (Exception e) {
            LOG.warn("client of a replay could not be closed: {}", OneLine.of(e.getMessage()));
        }
    }
}
