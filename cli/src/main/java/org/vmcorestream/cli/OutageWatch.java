// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.vmcorestream.producer.SilenceClock;

/**
 * Asks the cluster now and then whether it is there and has what a service needs, for one that waits for it without a word: says so as
 * {@link SilenceClock} does, at once when a silence ends and something is missing, and when all is well again.
 */
final class OutageWatch implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final Question question;
    private final Consumer<String> lines;
    private final LongSupplier nanoClock;
    private final Thread thread = new Thread(this::run, "outage-watch");
    private AutoCloseable client = () -> {};
    private final SilenceClock silence = new SilenceClock();
    private SilenceClock lack = new SilenceClock();
    private long answeredAt;
    private long wellAt;

    /** What the cluster is asked. */
    @FunctionalInterface
    interface Question {
        /**
         * What it lacks, in one line; empty when nothing.
         *
         * @throws TimeoutException when it does not answer
         */
        Optional<String> ask() throws TimeoutException, InterruptedException;
    }

    /**
     * @param lines takes what is said
     * @param nanoClock tells the time, as {@link System#nanoTime} does
     */
    OutageWatch(Question question, Consumer<String> lines, LongSupplier nanoClock) {
        this.question = question;
        this.lines = lines;
        this.nanoClock = nanoClock;
        wellAt = nanoClock.getAsLong();
        answeredAt = wellAt;
        thread.setDaemon(true);
    }

    /** Begins to watch a cluster that has answered before, and a topic that it had. */
    static OutageWatch begin(Console console, Map<String, Object> client, String topic) {
        return begin(console, client, admin -> ask(admin, topic));
    }

    /**
     * Begins to watch a cluster that has answered before, for a service that looks itself whether it has what it needs.
     *
     * @param lacks what is missing, in one line; empty when nothing
     */
    static OutageWatch begin(
            Console console, Map<String, Object> client, String topic, Supplier<Optional<String>> lacks) {
        return begin(console, client, admin -> {
            ask(admin, topic);
            return lacks.get();
        });
    }

    /** Asks through a client. */
    @FunctionalInterface
    private interface AdminQuestion {
        Optional<String> ask(Admin admin) throws TimeoutException, InterruptedException;
    }

    private static OutageWatch begin(Console console, Map<String, Object> client, AdminQuestion question) {
        Admin admin = Admin.create(client);
        OutageWatch watch = new OutageWatch(() -> question.ask(admin), console::log, System::nanoTime);
        watch.client = () -> admin.close(Duration.ZERO);
        watch.thread.start();
        return watch;
    }

    /** An answer is an answer, whatever this user may not know. */
    private static Optional<String> ask(Admin admin, String topic) throws TimeoutException, InterruptedException {
        DescribeTopicsOptions options = new DescribeTopicsOptions().timeoutMs((int) ANSWER.toMillis());
        try {
            admin.describeTopics(List.of(topic), options)
                    .allTopicNames()
                    .get(2 * ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.of("topic " + topic + " is missing, expected one made by 'topics create'");
            }
            if (e.getCause() instanceof RetriableException) {
                throw new TimeoutException(e.getMessage());
            }
            return Optional.empty();
        }
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(PAUSE.toMillis());
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks once. */
    void look() throws InterruptedException {
        Optional<String> lacks;
        try {
            lacks = question.ask();
        } catch (TimeoutException e) {
            long since = nanoClock.getAsLong() - answeredAt;
            if (silence.hear(since) == SilenceClock.Word.SILENT) {
                lines.accept(
                        "No broker has answered for " + Duration.ofNanos(since).toSeconds() + " s, waiting.");
            }
            return;
        }
        answeredAt = nanoClock.getAsLong();
        boolean again = silence.hear(0) == SilenceClock.Word.OVER;
        if (lacks.isPresent()) {
            lacking(lacks.get(), again);
        } else {
            well(again);
        }
    }

    private void lacking(String what, boolean again) {
        if (again) {
            lack = new SilenceClock();
        }
        if (lack.hear(answeredAt - wellAt) == SilenceClock.Word.SILENT) {
            lines.accept("The cluster answers, but " + what + ".");
        }
    }

    private void well(boolean again) {
        wellAt = answeredAt;
        if (lack.hear(0) == SilenceClock.Word.OVER) {
            lines.accept("The cluster has its topics again.");
        } else if (again) {
            lines.accept("The cluster answers again.");
        }
    }

    @Override
    public void close() throws Exception {
        thread.interrupt();
        client.close();
    }
}
