// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.vmcorestream.schemas.Topics;

/**
 * Whether the topics of the application are there. Streams would find out too, but late, and not say it in one line.
 */
final class TopicReadiness {
    /** A topic that was only just made takes a moment to be known to all brokers. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Admin admin;
    private final Topics topics;
    private final Duration timeout;
    private final List<String> names;

    /** @param replays whether topics of replays are needed too */
    TopicReadiness(Admin admin, Topics topics, boolean replays, Duration timeout) {
        this.admin = admin;
        this.topics = topics;
        names = new ArrayList<>(List.of(
                topics.pageMetadata(),
                topics.verdicts(),
                topics.exclusionStats(),
                topics.ruleSets(),
                topics.deadLetters()));
        if (replays) {
            names.addAll(List.of(topics.dumps(), topics.replays()));
        }
        this.timeout = timeout;
    }

    /**
     * Returns when all topics are there.
     *
     * @throws IllegalStateException in one line when they are not, or the cluster does not answer
     */
    void await() {
        long deadline = System.nanoTime() + timeout.toNanos();
        long giveUp = System.nanoTime() + Math.min(PATIENCE.toNanos(), timeout.toNanos());
        while (true) {
            Map<String, Integer> partitions = new TreeMap<>();
            String missing = describe(partitions, deadline);
            if (missing == null) {
                compare(partitions);
                return;
            }
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException(
                        "topic " + missing + " is missing, expected one made by 'topics create'");
            }
            sleep();
        }
    }

    /** Fills in the partitions of each topic; returns the first topic that is missing, null when none is. */
    private String describe(Map<String, Integer> partitions, long deadline) {
        Map<String, KafkaFuture<TopicDescription>> answers =
                admin.describeTopics(names).topicNameValues();
        for (String name : names) {
            try {
                TopicDescription topic =
                        answers.get(name).get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                partitions.put(name, topic.partitions().size());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                    return name;
                }
                throw new IllegalStateException(
                        "cannot ask for topic " + name + ": " + e.getCause().getMessage(), e);
            } catch (TimeoutException e) {
                throw new IllegalStateException(
                        "cannot ask for topic " + name + ": no answer within " + timeout.toMillis() + " ms", e);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
        return null;
    }

    private void compare(Map<String, Integer> partitions) {
        int metadata = partitions.get(topics.pageMetadata());
        int verdicts = partitions.get(topics.verdicts());
        if (metadata != verdicts) {
            throw new IllegalStateException("topic " + topics.verdicts() + " has " + verdicts + " partitions, expected "
                    + metadata + " as " + topics.pageMetadata() + " has");
        }
    }

    private static void sleep() {
        try {
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while asking for topics", cause);
    }
}
