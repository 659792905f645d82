// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.vmcorestream.schemas.TopicCheck;
import org.vmcorestream.schemas.Topics;

/** The Kafka cluster that a command was pointed at, asked before any work is done. */
final class Cluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String API_TIMEOUT = "default.api.timeout.ms";

    private static final int MOST_PROBLEMS_SAID = 3;

    private final Admin admin;
    private final String bootstrapServer;
    private final Duration patience;

    private Cluster(Admin admin, String bootstrapServer, Duration patience) {
        this.admin = admin;
        this.bootstrapServer = bootstrapServer;
        this.patience = patience;
    }

    /**
     * Connects to a cluster and waits for its first answer.
     *
     * @throws CommandFailure when nobody answers, or the settings of the client are wrong
     */
    static Cluster connect(Map<String, Object> client) throws InterruptedException {
        String servers = String.valueOf(client.get("bootstrap.servers"));
        Map<String, Object> settings = new HashMap<>();
        // Nobody watches the metrics of a client that asks a few questions, unless the user's settings say so.
        settings.put("metric.reporters", "");
        settings.put("enable.metrics.push", false);
        settings.putAll(client);
        Duration patience = patience(client);
        settings.put(API_TIMEOUT, Long.toString(patience.toMillis()));
        settings.put("request.timeout.ms", Long.toString(patience.toMillis()));
        Cluster cluster;
        try {
            cluster = new Cluster(Admin.create(settings), servers, patience);
        } catch (KafkaException e) {
            // No broker was asked yet: a name that nobody knows may be known soon, all else is a setting that is wrong.
            boolean unknown = innermost(e).contains("No resolvable bootstrap urls");
            throw new CommandFailure(
                    unknown ? ExitCode.KAFKA : ExitCode.USAGE, servers + ": client settings: " + innermost(e), e);
        }
        try {
            cluster.answer(cluster.admin.describeCluster().clusterId());
            return cluster;
        } catch (ExecutionException | TimeoutException e) {
            cluster.close();
            boolean silent = e instanceof TimeoutException
                    || e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException;
            throw new CommandFailure(
                    ExitCode.KAFKA,
                    silent
                            ? servers + ": no Kafka broker answers within " + patience.toSeconds() + " s"
                            : servers + ": " + innermost(e),
                    e);
        } catch (InterruptedException e) {
            cluster.close();
            throw e;
        }
    }

    /** {@code default.api.timeout.ms} of the client's settings, 15 s where they do not say. */
    private static Duration patience(Map<String, Object> client) {
        Object given = client.getOrDefault(API_TIMEOUT, PATIENCE.toMillis());
        try {
            return Duration.ofMillis(
                    Math.max(1, Integer.parseInt(given.toString().strip())));
        } catch (NumberFormatException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, API_TIMEOUT + " is '" + given + "', expected a number of milliseconds", e);
        }
    }

    /** How long the cluster may take to answer. */
    Duration patience() {
        return patience;
    }

    /** The answer to a question, waited for. */
    <T> T answer(KafkaFuture<T> question) throws ExecutionException, TimeoutException, InterruptedException {
        return question.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The client. */
    Admin admin() {
        return admin;
    }

    /** What is wrong with the topics, a line each; empty when all is well. */
    List<String> topicProblems(Topics topics) {
        return TopicCheck.problems(admin, topics, patience);
    }

    /** Ends the command when topics are missing or wrong. */
    void requireTopics(Topics topics) {
        List<String> problems = topicProblems(topics);
        if (!problems.isEmpty()) {
            int more = problems.size() - MOST_PROBLEMS_SAID;
            throw new CommandFailure(
                    ExitCode.KAFKA,
                    bootstrapServer + ": "
                            + String.join("; ", problems.subList(0, Math.min(MOST_PROBLEMS_SAID, problems.size())))
                            + (more > 0 ? "; and " + more + " more, see 'vmcore-stream topics check'" : ""));
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }

    private static String innermost(Throwable e) {
        Throwable cause = e;
        String said = Failures.oneLine(e.getMessage());
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
            String message = Failures.oneLine(cause.getMessage());
            // The message of an exception of the file system is a bare name, and says nothing.
            said = message.contains(" ") ? message : said;
        }
        return said.isEmpty() ? cause.getClass().getSimpleName() : said;
    }
}
