// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Topics;

/**
 * The topics that a capture is sent to, as the cluster has them. Only what a capture cannot do without is asked for: a
 * host that crashed VMs are captured on may write to three topics and no more.
 */
final class ClusterTopics {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterTopics.class);

    private static final long CONFIG_MILLIS = 5000;

    private final Admin admin;
    private final Topics topics;
    private final String brokers;
    private final long timeoutMillis;

    /**
     * @param brokers what the cluster is called in errors
     * @param timeoutMillis how long the cluster may take to answer
     */
    ClusterTopics(Admin admin, Topics topics, String brokers, long timeoutMillis) {
        this.admin = admin;
        this.topics = topics;
        this.brokers = brokers;
        this.timeoutMillis = timeoutMillis;
    }

    /**
     * How many partitions topics have.
     *
     * @param dumps those of dumps
     * @param stripes those of page-metadata, page-data and verdicts each
     * @param dataBatch largest record batch that page-data takes in bytes, empty when it cannot be told
     */
    record Partitions(int dumps, int stripes, OptionalLong dataBatch) {}

    /**
     * Number of partitions of the topics.
     *
     * @throws CaptureException when the cluster does not answer, a topic is missing, the three have not equally many, or
     *     page-data is compacted
     */
    Partitions partitions() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        Map<String, KafkaFuture<TopicDescription>> described = admin.describeTopics(
                        List.of(topics.dumps(), topics.pageMetadata(), topics.pageData(), topics.verdicts()))
                .topicNameValues();
        int dumps = partitions(topics.dumps(), described, deadline);
        int metadata = partitions(topics.pageMetadata(), described, deadline);
        for (String other : List.of(topics.pageData(), topics.verdicts())) {
            int count = partitions(other, described, deadline);
            if (count != metadata) {
                throw new CaptureException("topic " + other + " has " + count + " partitions and "
                        + topics.pageMetadata() + " has " + metadata + ", expected equally many");
            }
        }
        Config data = config(topics.pageData());
        requireNoCompaction(topics.pageData(), data);
        return new Partitions(dumps, metadata, maxMessageBytes(data));
    }

    private int partitions(String topic, Map<String, KafkaFuture<TopicDescription>> described, long deadline)
            throws InterruptedException {
        try {
            long nanos = Math.max(0, deadline - System.nanoTime());
            return described
                    .get(topic)
                    .get(nanos, TimeUnit.NANOSECONDS)
                    .partitions()
                    .size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new CaptureException("topic " + topic + " is missing, expected one made by 'topics create'", e);
            }
            if (e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
                throw noAnswer(e);
            }
            throw new CaptureException("topic " + topic + " cannot be described: " + OneLine.of(e.getCause()), e);
        } catch (TimeoutException e) {
            throw noAnswer(e);
        }
    }

    private CaptureException noAnswer(Exception cause) {
        return new CaptureException(
                "no answer from " + brokers + " within " + timeoutMillis + " ms, expected a Kafka broker", cause);
    }

    /** All batches of a stripe have one key: compaction would keep only the last of them. */
    private static void requireNoCompaction(String topic, Config config) {
        ConfigEntry cleanup = config == null ? null : config.get(TopicConfig.CLEANUP_POLICY_CONFIG);
        if (cleanup == null || cleanup.value() == null) {
            LOG.warn("topic {} does not tell its cleanup.policy, expected delete", topic);
        } else if (cleanup.value().contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new CaptureException(
                    "topic " + topic + " has cleanup.policy=" + cleanup.value() + ", expected delete");
        }
    }

    /** Largest record batch that a topic takes in bytes; empty when it cannot be told. */
    OptionalLong maxMessageBytes(String topic) throws InterruptedException {
        return maxMessageBytes(config(topic));
    }

    private static OptionalLong maxMessageBytes(Config config) {
        ConfigEntry limit = config == null ? null : config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
        return limit == null || limit.value() == null
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(limit.value()));
    }

    /** Settings of a topic; null when the cluster does not tell them. */
    private Config config(String topic) throws InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            return admin.describeConfigs(List.of(resource))
                    .values()
                    .get(resource)
                    .get(Math.min(timeoutMillis, CONFIG_MILLIS), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("settings of topic {} cannot be told: {}", topic, OneLine.of(e));
            return null;
        }
    }
}
