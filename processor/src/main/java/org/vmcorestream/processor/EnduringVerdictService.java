// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A processor that outlives its topics. Kafka Streams ends when the topics that it reads are gone, and does not notice when they were made
 * again meanwhile. This asks every few seconds which topics there are:
 *
 * <pre>
 *  some are missing             ends the {@link VerdictService}, waits until all are there, begins another one
 *  they are other ones          ends it, begins another one that reads them from their beginning and knows no stripe
 *  the service failed, the      begins another one where it was, a second or more later, {@value #MOST_TRIES} times in a row at most
 *  cluster is what is wrong
 *  all else that makes it fail  ends with it: somebody has to change something
 *  the cluster does not answer  leaves it alone, it waits by itself
 * </pre>
 *
 * What was decided before stays decided. Metadata that is still there when verdicts are not any more is decided again.
 */
public final class EnduringVerdictService implements AutoCloseable {
    /** Most new beginnings in a row on the same topics. */
    static final int MOST_TRIES = 10;

    /** A service that ran for so long was well. */
    static final Duration WELL = Duration.ofMinutes(5);

    /** A failure is noticed within so much. */
    static final Duration TICK = Duration.ofMillis(500);

    /** Every so many ticks the cluster is asked. */
    static final int LOOK_TICKS = 6;

    /** So many answers in a row that a topic is missing are believed: a broker that was only just started may be wrong once. */
    static final int BELIEVED = 2;

    private static final Duration CLOSE = Duration.ofSeconds(35);
    private static final Logger LOG = LoggerFactory.getLogger(EnduringVerdictService.class);

    private final Rounds rounds;
    private final Listener listener;
    private final Pause pause;
    private final LongSupplier nanoClock;
    private final Thread thread = new Thread(this::run, "processor-watch");

    /** Held while a round is closed, which is not to be interrupted. */
    private final Object closing = new Object();

    private Round round;
    private Incarnation incarnation;
    private long begunAt;
    private int tries;
    private volatile String lacks = "";
    private volatile Throwable failure;

    /** Is told what it does. */
    public interface Listener {
        /**
         * It was cut short and goes on by itself.
         *
         * @param why in one line
         * @param pause after so much
         */
        void cutShort(String why, Duration pause);

        /**
         * It goes on.
         *
         * @param anew with topics that were made anew, from their beginning
         */
        void goesOn(boolean anew);
    }

    /** A service for one incarnation of the topics, running. */
    interface Round extends AutoCloseable {
        /** Of which topics. */
        Incarnation incarnation();

        /** Why it stopped by itself; empty while all is well. */
        Optional<Throwable> failure();

        @Override
        void close();
    }

    /** Begins rounds on a cluster. */
    interface Rounds extends AutoCloseable {
        /** Which topics there are, see {@link TopicQuestion}. */
        TopicAnswer ask() throws InterruptedException;

        /**
         * Begins one; the one before was closed.
         *
         * @param anew the topics are other ones than those of the round before
         * @throws IllegalStateException in one line when it cannot begin
         */
        Round begin(boolean anew) throws InterruptedException;

        @Override
        void close();
    }

    /** Waits. */
    @FunctionalInterface
    interface Pause {
        void await(Duration time) throws InterruptedException;
    }

    /**
     * Begins the first round.
     *
     * @param nanoClock tells the time, as {@link System#nanoTime} does
     */
    EnduringVerdictService(Rounds rounds, Listener listener, Pause pause, LongSupplier nanoClock)
            throws InterruptedException {
        round = rounds.begin(false);
        incarnation = round.incarnation();
        this.rounds = rounds;
        this.listener = listener;
        this.pause = pause;
        this.nanoClock = nanoClock;
        begunAt = nanoClock.getAsLong();
        thread.setDaemon(true);
    }

    /**
     * Starts and returns when the application runs.
     *
     * @param timeout how long that may take, each time it begins
     * @throws IllegalStateException in one line, when a topic is missing, the cluster does not answer, or the application
     *     does not run within {@code timeout}
     * @throws IllegalArgumentException in one line, when a setting cannot be
     */
    public static EnduringVerdictService start(VerdictService.Settings settings, Listener listener, Duration timeout)
            throws InterruptedException {
        Rounds rounds = new ServiceRounds(settings, timeout);
        try {
            EnduringVerdictService service = new EnduringVerdictService(
                    rounds, listener, time -> TimeUnit.NANOSECONDS.sleep(time.toNanos()), System::nanoTime);
            service.thread.start();
            return service;
        } catch (InterruptedException | RuntimeException e) {
            rounds.close();
            throw e;
        }
    }

    private void run() {
        try {
            watch();
        } catch (InterruptedException e) {
            LOG.debug("told to end", e);
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            end();
        }
    }

    /** Keeps a round going; returns when one failed for good, see {@link #failure}. */
    void watch() throws InterruptedException {
        int missed = 0;
        for (int tick = 1; ; tick++) {
            pause.await(TICK);
            Optional<Throwable> failed = round.failure();
            if (failed.isEmpty() && tick % LOOK_TICKS != 0) {
                continue;
            }
            TopicAnswer answer = rounds.ask();
            missed = answer instanceof TopicAnswer.Lacking ? missed + 1 : 0;
            if (failed.isPresent()) {
                if (!outlives(failed.get(), answer)) {
                    failure = failed.get();
                    return;
                }
            } else if (missed < BELIEVED && !isOther(answer)) {
                continue;
            }
            missed = 0;
            note(answer);
            renew();
        }
    }

    private boolean isOther(TopicAnswer answer) {
        return answer instanceof TopicAnswer.There there && !there.incarnation().equals(incarnation);
    }

    /** Whether another round is to follow one that failed; waits a little where that may help. */
    private boolean outlives(Throwable cause, TopicAnswer answer) throws InterruptedException {
        if (ClusterTrouble.isRefusal(cause)) {
            return false;
        }
        if (answer instanceof TopicAnswer.Lacking || isOther(answer)) {
            return true;
        }
        return ClusterTrouble.passes(cause) && mayTryAgain(cause);
    }

    private boolean mayTryAgain(Throwable cause) throws InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException("told to end");
        }
        if (nanoClock.getAsLong() - begunAt >= WELL.toNanos()) {
            tries = 0;
        }
        if (ClusterTrouble.isRefusal(cause) || tries == MOST_TRIES) {
            return false;
        }
        tries++;
        Duration wait = BackOff.after(tries);
        listener.cutShort(OneLine.of(cause.getMessage()), wait);
        pause.await(wait);
        return true;
    }

    /** Ends the round and begins another one as soon as the topics are there. */
    private void renew() throws InterruptedException {
        end();
        while (true) {
            Incarnation there = awaitTopics();
            boolean anew = !there.decided().equals(incarnation.decided());
            begunAt = nanoClock.getAsLong();
            try {
                round = rounds.begin(anew);
                // Not what the round found, which may be other ones already: then the next look tells.
                incarnation = there;
                listener.goesOn(anew);
                return;
            } catch (RuntimeException e) {
                if (!mayTryAgain(e)) {
                    throw e;
                }
            }
        }
    }

    private Incarnation awaitTopics() throws InterruptedException {
        while (true) {
            TopicAnswer answer = rounds.ask();
            note(answer);
            if (answer instanceof TopicAnswer.There there) {
                return there.incarnation();
            } else if (answer instanceof TopicAnswer.Refused refused) {
                throw new KafkaException(refused.why());
            }
            pause.await(TICK.multipliedBy(2));
        }
    }

    private void note(TopicAnswer answer) {
        lacks = answer instanceof TopicAnswer.Lacking lacking ? lacking.what() : "";
    }

    /** What keeps it from deciding, in one line; empty while it decides, and while the cluster does not answer. */
    public Optional<String> lacks() {
        return Optional.of(lacks).filter(what -> !what.isEmpty());
    }

    /** Why it stopped by itself; empty while it works or waits. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    private void end() {
        synchronized (closing) {
            boolean interrupted = Thread.interrupted();
            if (round != null) {
                round.close();
                round = null;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Commits what is done and leaves the groups; a replay that is at work is left to be done again. */
    @Override
    public void close() throws InterruptedException {
        synchronized (closing) {
            thread.interrupt();
        }
        TimeUnit.NANOSECONDS.timedJoin(thread, CLOSE.toNanos());
        rounds.close();
    }
}
