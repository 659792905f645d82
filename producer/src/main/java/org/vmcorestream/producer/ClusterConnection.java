// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.vmcorestream.schemas.Topics;

/** Connects to the cluster that takes a capture, and looks at its topics before anything is sent. */
final class ClusterConnection {
    private static final long LIMIT_SECONDS = 5;

    private ClusterConnection() {}

    /**
     * Connects.
     *
     * @throws CaptureException when the cluster is not there within {@code max.block.ms}, or lacks a topic, or its topics do
     *     not fit together
     */
    static CaptureCluster open(CaptureSettings settings) throws InterruptedException {
        try {
            int partitions = partitions(settings);
            Producer<byte[], byte[]> metadata = new KafkaProducer<>(ClientConfigs.metadata(settings));
            try {
                Producer<byte[], byte[]> data = new KafkaProducer<>(ClientConfigs.data(settings));
                return new CaptureCluster(metadata, data, partitions, topic -> topicLimit(settings, topic));
            } catch (KafkaException e) {
                metadata.close();
                throw e;
            }
        } catch (CaptureException e) {
            throw e;
        } catch (KafkaException e) {
            throw new CaptureException("Kafka client cannot start: " + OneLine.of(e), e);
        }
    }

    private static int partitions(CaptureSettings settings) throws InterruptedException {
        Topics topics = settings.topics();
        List<String> names = List.of(topics.dumps(), topics.pageMetadata(), topics.pageData(), topics.verdicts());
        try (Admin admin = Admin.create(ClientConfigs.admin(settings))) {
            Map<String, KafkaFuture<TopicDescription>> described =
                    admin.describeTopics(names).topicNameValues();
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ClientConfigs.maxBlockMillis(settings));
            partitions(described, topics.dumps(), settings, deadline);
            int metadata = partitions(described, topics.pageMetadata(), settings, deadline);
            for (String other : List.of(topics.pageData(), topics.verdicts())) {
                int count = partitions(described, other, settings, deadline);
                if (count != metadata) {
                    throw new CaptureException("topic " + other + " has " + count + " partitions and "
                            + topics.pageMetadata() + " has " + metadata + ", expected equally many");
                }
            }
            return metadata;
        }
    }

    private static int partitions(
            Map<String, KafkaFuture<TopicDescription>> described, String topic, CaptureSettings settings, long deadline)
            throws InterruptedException {
        try {
            return described
                    .get(topic)
                    .get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
                    .partitions()
                    .size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new CaptureException("topic " + topic + " does not exist, expected it to be created first", e);
            }
            throw new CaptureException("topic " + topic + " cannot be described: " + OneLine.of(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new CaptureException(
                    "no answer from " + settings.client().get("bootstrap.servers") + " within "
                            + ClientConfigs.maxBlockMillis(settings) + " ms, expected a Kafka broker",
                    e);
        }
    }

    /** What a topic says of its largest batch; asked only when a record was refused. */
    private static OptionalLong topicLimit(CaptureSettings settings, String topic) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = Admin.create(ClientConfigs.admin(settings))) {
            String limit = admin.describeConfigs(List.of(resource))
                    .values()
                    .get(resource)
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                    .value();
            return OptionalLong.of(Long.parseLong(limit));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            return OptionalLong.empty();
        }
    }
}
