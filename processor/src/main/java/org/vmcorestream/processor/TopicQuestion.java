// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.vmcorestream.schemas.Topics;

/** Asks a cluster whether the topics of the application are there, and which ones they are. */
final class TopicQuestion {
    private final Admin admin;
    private final Topics topics;
    private final List<String> names;

    /** @param replays whether topics of replays are needed too */
    TopicQuestion(Admin admin, Topics topics, boolean replays) {
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
    }

    /** Asks once, and waits for the answer for at most {@code patience}. */
    TopicAnswer ask(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        Map<String, KafkaFuture<TopicDescription>> answers =
                admin.describeTopics(names).topicNameValues();
        Map<String, TopicDescription> found = new HashMap<>();
        for (String name : names) {
            try {
                long left = Math.max(0, deadline - System.nanoTime());
                found.put(name, answers.get(name).get(left, TimeUnit.NANOSECONDS));
            } catch (TimeoutException e) {
                return new TopicAnswer.Silent(
                        "cannot ask for topic " + name + ": no answer within " + patience.toMillis() + " ms");
            } catch (ExecutionException e) {
                return failed(name, e.getCause());
            }
        }
        return compared(found);
    }

    private static TopicAnswer failed(String name, Throwable cause) {
        if (cause instanceof UnknownTopicOrPartitionException) {
            return new TopicAnswer.Lacking("topic " + name + " is missing, expected one made by 'topics create'");
        }
        String why = "cannot ask for topic " + name + ": " + OneLine.of(cause.getMessage());
        return cause instanceof RetriableException ? new TopicAnswer.Silent(why) : new TopicAnswer.Refused(why);
    }

    private TopicAnswer compared(Map<String, TopicDescription> found) {
        int metadata = found.get(topics.pageMetadata()).partitions().size();
        int verdicts = found.get(topics.verdicts()).partitions().size();
        if (metadata != verdicts) {
            return new TopicAnswer.Lacking("topic " + topics.verdicts() + " has " + verdicts + " partitions, expected "
                    + metadata + " as " + topics.pageMetadata() + " has");
        }
        return new TopicAnswer.There(new Incarnation(
                ids(found, List.of(topics.pageMetadata(), topics.verdicts())),
                ids(found, List.of(topics.ruleSets(), topics.dumps(), topics.replays()))));
    }

    private static String ids(Map<String, TopicDescription> found, List<String> names) {
        return names.stream()
                .filter(found::containsKey)
                .map(name -> found.get(name).topicId().toString())
                .collect(Collectors.joining("/"));
    }
}
