// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Whether the topics of a cluster are as the stages need them. */
public final class TopicCheck {
    /** A topic that was only just made takes a moment to be known to all brokers. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final long PAUSE_MILLIS = 50;

    private TopicCheck() {}

    /**
     * A topic as it stands.
     *
     * @param partitions number of its partitions
     * @param maxMessageBytes largest message it takes, in bytes
     * @param cleanupPolicy its cleanup.policy
     */
    record Found(int partitions, long maxMessageBytes, String cleanupPolicy) {}

    /**
     * Asks a cluster for its topics and compares them with what the stages need.
     *
     * @return one line for each problem, which names the topic, the value found and the one expected; empty when all is
     *     well
     */
    public static List<String> problems(Admin admin, Topics topics, Duration timeout) {
        long patience = System.nanoTime() + Math.min(PATIENCE.toNanos(), timeout.toNanos());
        try {
            Map<String, Found> found = ask(admin, topics, timeout);
            while (found.size()
                            < new TopicPlan(topics, 1, (short) 1).newTopics().size()
                    && System.nanoTime() < patience) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                found = ask(admin, topics, timeout);
            }
            return problems(topics, found);
        } catch (ExecutionException e) {
            return List.of(
                    "cluster cannot say what topics it has: " + e.getCause().getMessage());
        } catch (TimeoutException e) {
            return List.of("cluster cannot say what topics it has: no answer within " + timeout.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of("cluster cannot say what topics it has: interrupted");
        }
    }

    /** Compares the topics of a cluster, by name, with what the stages need. */
    static List<String> problems(Topics topics, Map<String, Found> found) {
        List<String> problems = new ArrayList<>();
        for (NewTopic planned : new TopicPlan(topics, 1, (short) 1).newTopics()) {
            Found topic = found.get(planned.name());
            if (topic == null) {
                problems.add("topic " + planned.name() + " is missing, expected one made by 'topics create'");
                continue;
            }
            long needed = Long.parseLong(planned.configs().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
            if (topic.maxMessageBytes() < needed) {
                problems.add("topic " + planned.name() + " has max.message.bytes=" + topic.maxMessageBytes()
                        + ", expected at least " + needed);
            }
        }
        comparePartitions(topics, found, problems);
        Found data = found.get(topics.pageData());
        if (data != null && data.cleanupPolicy().contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            problems.add("topic " + topics.pageData() + " has cleanup.policy=" + data.cleanupPolicy()
                    + ", expected delete: all batches of a stripe have one key, and compaction keeps only the last");
        }
        return problems;
    }

    private static void comparePartitions(Topics topics, Map<String, Found> found, List<String> problems) {
        Found first = found.get(topics.pageMetadata());
        for (String other : List.of(topics.pageData(), topics.verdicts())) {
            Found topic = found.get(other);
            if (first != null && topic != null && topic.partitions() != first.partitions()) {
                problems.add("topic " + other + " has " + topic.partitions() + " partitions, expected "
                        + first.partitions() + " as " + topics.pageMetadata() + " has");
            }
        }
    }

    private static Map<String, Found> ask(Admin admin, Topics topics, Duration timeout)
            throws ExecutionException, TimeoutException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        List<String> names = new TopicPlan(topics, 1, (short) 1)
                .newTopics().stream().map(NewTopic::name).toList();
        Map<String, Integer> partitions = new TreeMap<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
                admin.describeTopics(names).topicNameValues().entrySet()) {
            try {
                partitions.put(
                        topic.getKey(),
                        get(topic.getValue(), deadline).partitions().size());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
        }
        List<ConfigResource> resources = partitions.keySet().stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        Map<String, Found> found = new TreeMap<>();
        for (Map.Entry<ConfigResource, KafkaFuture<Config>> answer :
                admin.describeConfigs(resources).values().entrySet()) {
            Config config = get(answer.getValue(), deadline);
            String name = answer.getKey().name();
            found.put(
                    name,
                    new Found(
                            partitions.get(name),
                            Long.parseLong(value(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "0")),
                            value(config, TopicConfig.CLEANUP_POLICY_CONFIG, "")));
        }
        return found;
    }

    private static String value(Config config, String name, String otherwise) {
        ConfigEntry entry = config.get(name);
        return entry == null || entry.value() == null ? otherwise : entry.value();
    }

    private static <T> T get(KafkaFuture<T> future, long deadline)
            throws ExecutionException, TimeoutException, InterruptedException {
        return future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
}
