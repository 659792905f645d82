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
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks the cluster now and then whether it is there, for a service that waits for it without a word: says so after ten seconds without an
 * answer and each minute from then on, and when it answers again.
 */
final class OutageWatch implements AutoCloseable {
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration AGAIN = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final Question question;
    private final Consumer<String> lines;
    private final LongSupplier nanoClock;
    private final Thread thread = new Thread(this::run, "outage-watch");
    private AutoCloseable client = () -> {};
    private long wellAt;
    private long nextAt = FIRST.toNanos();

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
        thread.setDaemon(true);
    }

    /** Begins to watch a cluster that has answered before, and a topic that it had. */
    static OutageWatch begin(Console console, Map<String, Object> client, String topic) {
        Admin admin = Admin.create(client);
        OutageWatch watch = new OutageWatch(() -> ask(admin, topic), console::log, System::nanoTime);
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
        String lacks;
        try {
            Optional<String> answer = question.ask();
            if (answer.isEmpty()) {
                well();
                return;
            }
            lacks = "The cluster answers, but " + answer.get() + ".";
        } catch (TimeoutException e) {
            lacks = "";
        }
        long since = nanoClock.getAsLong() - wellAt;
        if (since >= nextAt) {
            String silent =
                    "No broker has answered for " + Duration.ofNanos(since).toSeconds() + " s, waiting.";
            lines.accept(lacks.isEmpty() ? silent : lacks);
            nextAt = since + AGAIN.toNanos();
        }
    }

    private void well() {
        if (nextAt > FIRST.toNanos()) {
            lines.accept("The cluster answers again.");
        }
        wellAt = nanoClock.getAsLong();
        nextAt = FIRST.toNanos();
    }

    @Override
    public void close() throws Exception {
        thread.interrupt();
        client.close();
    }
}
